// A user installs the packed package: the page of user code, and a library with declarations, compile under both module resolutions with every
// supported compiler, and runs with plain node, whose native ESM resolution forgives less than a bundler's.
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aboutGiry, compile, consumer, node, pack, root } from './consumer.js'

const page = readFileSync(join(root, 'tests/package/page.ts'), 'utf8')
const library = readFileSync(join(root, 'tests/package/library.ts'), 'utf8')
const importing = (entries: readonly string[]): string =>
  `${entries.map((entry, i) => `import * as e${i} from '${entry}'`).join('\n')}
console.log([${entries.map((_, i) => `Object.keys(e${i}).length > 0`).join(', ')}].join(' '))\n`

const strict = {
  target: 'ES2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true, // the typings of tfjs need it
  declaration: true, // every type inferred for an export has a name that the user can reach
  rootDir: '.',
  outDir: 'out',
}
const compilers = ['typescript', 'typescript5', 'typescript7']

let tarball = ''
const projects: Record<'nodenext' | 'bundler', string> = { nodenext: '', bundler: '' }

beforeAll(() => {
  tarball = pack()
  // with the optional peer fast-check, in Node
  projects.nodenext = consumer(tarball, {
    compilerOptions: { ...strict, module: 'NodeNext', moduleResolution: 'NodeNext', types: ['node'] },
    extra: ['fast-check', '@types/node'],
    files: {
      'page.ts': page,
      'library.ts': library,
      'entries.ts': importing(['giry', 'giry/models', 'giry/testing', 'giry/data']),
    },
  })
  // without it, and without the types of Node: a browser project
  projects.bundler = consumer(tarball, {
    compilerOptions: { ...strict, module: 'ESNext', moduleResolution: 'Bundler', types: [] },
    extra: [],
    files: {
      'page.ts': page,
      'library.ts': library,
      'entries.ts': importing(['giry', 'giry/models', 'giry/data']),
    },
  })
}, 240_000)

afterAll(() => {
  for (const folder of [dirname(tarball), projects.nodenext, projects.bundler])
    if (folder !== '' && folder !== '.') rmSync(folder, { recursive: true, force: true })
})

describe.each(['nodenext', 'bundler'] as const)('a consumer with moduleResolution %s', (kind) => {
  it.each(compilers)(
    'compiles the page of user code, and a library with its declarations, under %s',
    (compiler) => {
      expect(compile(projects[kind], compiler)).toEqual({ status: 0, output: '' })
    },
    240_000,
  )

  it('runs the page with plain node', () => {
    const { status, output } = node(projects[kind], 'out/page.js')
    expect(output).toContain('trained true')
    // only the dependencies are installed, not the optional peer onnxruntime-node
    expect(output).toContain(
      'giry: onnxruntime-node is not installed, so onnx-web runs: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node\n',
    )
    expect(output).toContain('KL')
    expect(status).toBe(0)
  }, 240_000)

  it('imports every entry point with plain node', () => {
    const { status, output } = node(projects[kind], 'out/entries.js')
    expect(output).toMatch(/^true true true( true)?\n$/)
    expect(status).toBe(0)
  }, 240_000)
})

// skipLibCheck hides the declarations of giry too, so they are checked once more without it
describe('the declarations of giry', () => {
  const check = (project: string, compiler: string) =>
    aboutGiry(compile(project, compiler, '--skipLibCheck', 'false', '--noEmit').output)

  it.each([
    ['nodenext', 'typescript'],
    ['nodenext', 'typescript5'],
    ['nodenext', 'typescript7'],
    ['bundler', 'typescript7'],
  ] as const)(
    'have no error of their own in the %s project under %s',
    (kind, compiler) => {
      expect(check(projects[kind], compiler)).toEqual([])
    },
    240_000,
  )

  it('would show an error planted there', () => {
    const planted = consumer(tarball, {
      compilerOptions: { ...strict, module: 'NodeNext', moduleResolution: 'NodeNext', types: [] },
      extra: [],
      files: { 'main.ts': importing(['giry']) },
    })
    appendFileSync(
      join(planted, 'node_modules/giry/dist/index.d.ts'),
      '\nexport declare const planted: Missing\n',
    )
    expect(check(planted, 'typescript7').join('\n')).toMatch(/index\.d\.ts.*Cannot find name 'Missing'/)
    rmSync(planted, { recursive: true, force: true })
  }, 60_000)
})

describe('the tarball', () => {
  it('has the command line, the licence and no tests', () => {
    const { status, output } = node(projects.nodenext, 'node_modules/giry/dist/cli/main.js', 'families')
    expect(output).toContain('vae')
    expect(status).toBe(0)
    expect(readFileSync(join(projects.nodenext, 'node_modules/giry/LICENSE'), 'utf8')).toContain('MIT')
    expect(existsSync(join(projects.nodenext, 'node_modules/giry/tests'))).toBe(false)
  }, 60_000)
})
