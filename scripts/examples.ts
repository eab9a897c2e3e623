// npm run examples: runs every examples/*.ts, shrunken (GIRY_SHRINK=1 asks an example for few data and few steps).
// An example is a module run for its effect; a rejected promise or a non-zero exit code fails the run.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const wanted = process.argv.slice(2)
const names = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.ts'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort()

const run = (name: string): boolean => {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join('examples', name)],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, GIRY_SHRINK: '1' },
      timeout: 300_000,
    },
  )
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} examples/${name} ${seconds} s`)
  if (status !== 0) console.log(`${stdout}\n${stderr}`)
  return status === 0
}

const failed = names.filter((name) => !run(name))
console.log(`${names.length - failed.length} of ${names.length} examples ran`)
process.exitCode = failed.length === 0 ? 0 : 1
