// The import rules of .dependency-cruiser.mjs: each refuses the import it names, and allows the rest.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Checks a source tree given as file texts; what the checker prints. */
const cruise = (
  files: Readonly<Record<string, string>>,
): { readonly status: number | null; readonly output: string } => {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'giry-imports-')))
  folders.push(project)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, 'src', name)), { recursive: true })
    writeFileSync(join(project, 'src', name), text)
  }
  const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const args = [depcruise, 'src', '--config', join(root, '.dependency-cruiser.mjs')]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

const leaf = "export const a = 1\nexport type A = 'a'\n"

describe('import directions', () => {
  it('allows the rest', () => {
    const { status, output } = cruise({
      'dsl/a.ts': leaf,
      'runtime/b.ts': "export { a } from '../dsl/a.js'\n",
      'inference/c.ts':
        "import { a } from '../dsl/a.js'\nimport { a as b } from '../runtime/b.js'\nexport const c = a + b\n",
      'models/d.ts': "export { c } from '../inference/c.js'\n",
      'models/index.ts': "export { c } from './d.js'\n",
      'index.ts': "export { a } from './dsl/a.js'\n",
    })
    expect(output).toContain('no dependency violations found')
    expect(status).toBe(0)
  })

  // one tree with every violation: the checker takes a second to start
  const violations = [
    ['dsl', 'runtime'],
    ['dsl', 'inference'],
    ['dsl', 'testing'],
    ['runtime', 'inference'],
    ['runtime', 'models'],
    ['inference', 'models'],
    ['inference', 'data'],
    ['models', 'runtime'],
    ['models', 'cli'],
    ['data', 'inference'],
    ['testing', 'cli'],
    ['cli', 'testing'],
  ] as const

  it('refuses every other direction', () => {
    const leaves = violations.map(([, to]) => [`${to}/a.ts`, leaf])
    const importing = violations.map(([from, to]) => [
      `${from}/${to}.ts`,
      `export { a } from '../${to}/a.js'\n`,
    ])
    const { status, output } = cruise(Object.fromEntries([...leaves, ...importing]))
    for (const [from, to] of violations)
      expect(output).toMatch(
        new RegExp(`error ${from}-imports-only-\\S+: src/${from}/${to}\\.ts → src/${to}/a\\.ts`),
      )
    expect(status).toBe(violations.length)
  })

  it('counts imports of types', () => {
    const { output } = cruise({
      'dsl/b.ts': "import type { A } from '../runtime/a.js'\nexport const b: A = 'a'\n",
      'runtime/a.ts': leaf,
    })
    expect(output).toContain('dsl-imports-only-itself')
  })

  it('refuses a cycle', () => {
    const { status, output } = cruise({
      'dsl/a.ts': "import { b } from './b.js'\nexport const a = () => b\n",
      'dsl/b.ts': "import { a } from './a.js'\nexport const b = () => a\n",
    })
    expect(output).toContain('no-cycles')
    expect(status).not.toBe(0)
  })

  it('refuses importing a barrel', () => {
    const barrels = ['index', 'models/index', 'data/index']
    const { status, output } = cruise({
      ...Object.fromEntries(barrels.map((barrel) => [`${barrel}.ts`, leaf])),
      'cli/b.ts': barrels.map((barrel, i) => `export { a as a${i} } from '../${barrel}.js'\n`).join(''),
    })
    for (const barrel of barrels)
      expect(output).toContain(`no-imports-from-a-barrel: src/cli/b.ts → src/${barrel}.ts`)
    expect(status).toBe(barrels.length)
  })
})
