/**
 * Installs what the peers need, once: a virtual environment from requirements.txt and a node_modules from package.json,
 * both in this folder's node_modules. Every step that fails becomes a sentence; nothing throws.
 *
 * requirements.txt names every package, so that pip runs with --no-deps: PyPI's torch would bring several GB of CUDA.
 */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const here = import.meta.dirname
/** Inside node_modules, which git, the linter and the compiler leave alone. */
const venv = join(here, 'node_modules', '.venv')

/** The interpreter of the virtual environment. */
export const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

/** The versions that requirements.txt and package.json pin, for the report. */
export const requirements = (): string[] =>
  readFileSync(join(here, 'requirements.txt'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('=='))

const run = promisify(execFile)

/** The first line of a program's stderr that speaks of an error. */
const errorLine = (error: unknown): string => {
  const text = error instanceof Error ? ((error as Error & { stderr?: string }).stderr ?? error.message) : ''
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? String(error)
}

/** Runs the commands in order; the first that fails is told as `${what} (${its first error})`. */
const attempt = async (what: string, commands: readonly (readonly [string, ...string[]])[]) => {
  try {
    for (const [command, ...args] of commands) await run(command, args, { maxBuffer: 1 << 26 })
    return undefined
  } catch (error) {
    return `${what} (${errorLine(error)})`
  }
}

/** The environment of the Python peers; answers why it is missing, or undefined. */
export const installPython = async (): Promise<string | undefined> => {
  const stamp = join(venv, 'requirements.txt')
  const wanted = readFileSync(join(here, 'requirements.txt'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined
  rmSync(venv, { recursive: true, force: true })
  const pip = [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'] as const
  const failed =
    (await attempt('there is no Python 3 with venv', [['python3', '-m', 'venv', venv]])) ??
    (await attempt('PyPI cannot be reached, or lacks a pinned package', [
      [...pip, '--no-deps', '--only-binary', ':all:', '-r', join(here, 'requirements.txt')],
    ])) ??
    (await attempt('torch cannot be imported', [[python, join(here, 'python', 'cpu_torch.py')]]))
  if (failed === undefined) writeFileSync(stamp, wanted)
  return failed
}

/** The package of jax-js; answers why it is missing, or undefined. */
export const installJaxJs = async (): Promise<string | undefined> => {
  if (existsSync(join(here, 'node_modules', '@jax-js', 'jax'))) return undefined
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const flags = ['--no-package-lock', '--no-audit', '--no-fund']
  return attempt('the npm registry cannot be reached, or lacks @jax-js/jax', [
    [npm, 'install', '--prefix', here, ...flags],
  ])
}
