// scripts/public-api.ts on a package of a few lines.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { findings } from '../../scripts/public-api.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** What is found in declarations given as file texts, entered through index.d.ts. */
const found = (files: Readonly<Record<string, string>>): readonly string[] => {
  const project = mkdtempSync(join(tmpdir(), 'giry-api-'))
  folders.push(project)
  for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(project, name)), { recursive: true })
    writeFileSync(join(project, name), text)
  }
  const dist = join(project, 'dist')
  return findings(dist, [join(dist, 'index.d.ts')]).map(({ name, problem }) => `${name}: ${problem}`)
}

describe('public symbols', () => {
  it('passes documented ones, through a barrel', () => {
    const a =
      '/** One. */\nexport declare const a: number\n/** A shape. */\nexport interface S { x: number }\n'
    expect(found({ 'dist/a.d.ts': a, 'dist/index.d.ts': "export { a, type S } from './a.js'\n" })).toEqual([])
  })

  it('names those without a docstring, and not what stays inside', () => {
    const a = 'export declare const a: number\nexport declare const inside: number\nexport type T = 1\n'
    expect(found({ 'dist/a.d.ts': a, 'dist/index.d.ts': "export { a, type T } from './a.js'\n" })).toEqual([
      'a: no docstring',
      'T: no docstring',
    ])
  })

  it('looks into re-exported namespaces', () => {
    const files = {
      'dist/a.d.ts': 'export declare const a: number\n',
      'dist/index.d.ts': "export * as n from './a.js'\n",
    }
    expect(found(files)).toEqual(['a: no docstring'])
  })

  it('finds any in a signature and in the types it mentions', () => {
    const a = `/** Internal. */\nexport interface Hidden { readonly x: any }
/** One. */\nexport declare const direct: (x: any) => number
/** Two. */\nexport declare const indirect: () => Hidden
/** Unused. */\nexport declare const inside: any\n`
    const files = { 'dist/a.d.ts': a, 'dist/index.d.ts': "export { direct, indirect } from './a.js'\n" }
    expect(found(files)).toEqual(['Hidden: any in its signature', 'direct: any in its signature'])
  })

  it('allows any where it only matches', () => {
    const a = `/** One. */\nexport type Result<F> = F extends (...args: any[]) => infer R ? R : never
/** Two. */\nexport declare const call: <F extends (...args: any[]) => unknown>(f: F) => Result<F>\n`
    expect(found({ 'dist/index.d.ts': a })).toEqual([])
  })

  it('says so when the package is not built', () => {
    expect(() => found({})).toThrow('npm run build')
  })
})
