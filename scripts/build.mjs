// npm run build: compiles src to dist with the canonical compiler (TypeScript 6), from a clean folder.
// With --if-stale it does nothing when dist is newer than src. What it prints goes to standard error, so that a
// program run through scripts/giry.mjs owns standard output.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const main = join(root, 'dist/cli/main.js')

const filesUnder = (folder, suffix) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true })
        .filter((name) => name.endsWith(suffix) && !name.endsWith('.d.ts'))
        .map((name) => join(folder, name))
    : []

const modified = (file) => statSync(file).mtimeMs

/** True when dist is missing, lacks a file, or is older than a source or a compiler setting. */
export const isStale = () => {
  const sources = filesUnder(join(root, 'src'), '.ts')
  const outputs = filesUnder(join(root, 'dist'), '.js')
  if (outputs.length === 0 || outputs.length !== sources.length) return true
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package.json'].map((name) => join(root, name))
  return Math.max(...[...sources, ...settings].map(modified)) > Math.min(...outputs.map(modified))
}

/** Cleans and compiles; the exit code of the compiler. */
export const build = () => {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status === 0 && existsSync(main)) chmodSync(main, 0o755)
  return status ?? 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exitCode = process.argv.includes('--if-stale') && !isStale() ? 0 : build()
