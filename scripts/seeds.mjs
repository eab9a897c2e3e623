// node scripts/seeds.mjs [count=20] [first=1] [tests=tests/laws] [jobs=1]: the laws with other seeds, each file of each seed in a process
// of its own, `jobs` at a time; fails with the seeds that failed. What a test runs by GIRY_SEED is in tests/laws/runs.ts;
// GIRY_SHARE=0.2 takes a fifth of the cases.
import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const [count = '20', first = '1', tests = 'tests/laws', jobs = '1'] = process.argv.slice(2)
const vitest = 'node_modules/vitest/vitest.mjs'
const seeds = Array.from({ length: Number(count) }, (_, i) => Number(first) + i)

const filesIn = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path).flatMap((name) => filesIn(join(path, name)))
    : path.endsWith('.test.ts')
      ? [path]
      : []
const files = tests.split(',').flatMap(filesIn)

const run = ({ seed, file }) =>
  new Promise((done) => {
    const child = spawn(process.execPath, [vitest, 'run', file, '--maxWorkers=1', '--reporter=dot'], {
      env: { ...process.env, GIRY_SEED: String(seed) },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.on('close', (code) => done({ seed, file, ok: code === 0, output }))
  })

const began = Date.now()
const left = seeds.flatMap((seed) => files.map((file) => ({ seed, file })))
const found = []
const work = async () => {
  for (let job = left.shift(); job !== undefined; job = left.shift()) {
    const result = await run(job)
    found.push(result)
    if (!result.ok) console.log(`seed ${result.seed} fails in ${result.file}\n${result.output}`)
    const own = found.filter((r) => r.seed === result.seed)
    if (own.length === files.length)
      console.log(
        `seed ${result.seed}: ${own.every((r) => r.ok) ? 'holds' : 'FAILS'} (at ${Math.round((Date.now() - began) / 1000)} s)`,
      )
  }
}
await Promise.all(Array.from({ length: Number(jobs) }, work))
const failed = seeds.filter((seed) => found.some((r) => r.seed === seed && !r.ok))
console.log(failed.length === 0 ? `${count} seeds, none failed` : `failed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
