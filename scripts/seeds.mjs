// node scripts/seeds.mjs [count=20] [first=1] [tests=tests/laws]: the laws with other seeds, one run after the other; fails with
// the seeds that failed. What a test runs by GIRY_SEED is in tests/laws/runs.ts; GIRY_SHARE=0.2 takes a fifth of the cases.
import { spawnSync } from 'node:child_process'

const [count = '20', first = '1', tests = 'tests/laws'] = process.argv.slice(2)
const seeds = Array.from({ length: Number(count) }, (_, i) => Number(first) + i)
const failed = seeds.filter((seed) => {
  const began = Date.now()
  const run = spawnSync('npx', ['vitest', 'run', ...tests.split(','), '--reporter=dot'], {
    env: { ...process.env, GIRY_SEED: String(seed) },
    encoding: 'utf8',
  })
  const ok = run.status === 0
  console.log(`seed ${seed}: ${ok ? 'holds' : 'FAILS'} (${Math.round((Date.now() - began) / 1000)} s)`)
  if (!ok) console.log(`${run.stdout}\n${run.stderr}`)
  return !ok
})
console.log(failed.length === 0 ? `${count} seeds, none failed` : `failed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
