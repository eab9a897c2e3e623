// Consumer projects for tests/package/consumer.test.ts: the packed package is unpacked into their node_modules, and
// only what it declares as dependencies is linked beside it, so that an undeclared import fails as it would for a user.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, isStale } from '../../scripts/build.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a program printed, both streams, and how it ended. */
export type Outcome = { readonly status: number; readonly output: string }

const outcome = (command: string, args: readonly string[], cwd: string): Outcome => {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 240_000,
  })
  return { status: status ?? 1, output: `${stdout}${stderr}${error ?? ''}` }
}

/** Builds when dist is stale and packs; the path of the tarball. */
export const pack = (): string => {
  if (isStale() && build() !== 0) throw new Error('src does not compile: npm run build')
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'giry-pack-')))
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]
  const name = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  return join(folder, name.trim().split('\n').at(-1) as string)
}

/** The names of the package's runtime dependencies. */
export const dependencies = (): readonly string[] =>
  Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies)

const link = (project: string, name: string): void => {
  const path = join(project, 'node_modules', name)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(join(root, 'node_modules', name), path)
}

/** A new project with the package and its dependencies, `extra` packages, these compiler options and these files. */
export const consumer = (
  tarball: string,
  options: {
    readonly compilerOptions: Readonly<Record<string, unknown>>
    readonly extra: readonly string[]
    readonly files: Readonly<Record<string, string>>
  },
): string => {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'giry-consumer-')))
  const giry = join(project, 'node_modules/giry')
  mkdirSync(giry, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', giry, '--strip-components=1'])
  for (const name of [...dependencies(), ...options.extra]) link(project, name)
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
  const tsconfig = { compilerOptions: options.compilerOptions, include: ['*.ts'] }
  writeFileSync(join(project, 'package.json'), json({ name: 'consumer', private: true, type: 'module' }))
  writeFileSync(join(project, 'tsconfig.json'), json(tsconfig))
  for (const [name, text] of Object.entries(options.files)) writeFileSync(join(project, name), text)
  return project
}

/** Runs one of the installed compilers (`typescript`, `typescript5`, `typescript7`) on a project. */
export const compile = (project: string, compiler: string, ...args: readonly string[]): Outcome =>
  outcome(
    process.execPath,
    [join(root, 'node_modules', compiler, 'bin/tsc'), '-p', project, ...args],
    project,
  )

/** Runs a compiled module with plain node. */
export const node = (project: string, ...args: readonly string[]): Outcome =>
  outcome(process.execPath, args, project)

/** The lines of a compiler's output that are about the package's own files. */
export const aboutGiry = (output: string): readonly string[] =>
  output.split('\n').filter((line) => line.startsWith('node_modules/giry/'))
