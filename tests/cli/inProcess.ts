/**
 * Command lines run in the process of the test, where the start of the program is not what is tested.
 */
import { vi } from 'vitest'
import { runCommandLine } from '../../src/cli/commands.js'

/** Runs `giry …args` in the directory of the process: its exit code, and what it wrote. */
export const giryHere = async (...args: readonly string[]) => {
  const texts = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      texts[name] += String(text)
      return true
    }),
  )
  try {
    return { code: await runCommandLine(args), ...texts }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
