/**
 * VAE and IWAE on binarized MNIST, equal numbers of updates: does a tighter bound give a better model?
 *
 *   npx tsx bench/bounds/mnist.ts [vae] [iwae5] [iwae50] [--steps n] [--images n] [--samples 5000] [--seed 1] [--threads 1] [--resume]
 *   npx tsx bench/bounds/mnist.ts --smoke         a few steps and images, to see that it runs
 *
 * 784-200-200-50 with tanh (model.ts); batches of 20, binarized anew; Adam with β 0.9 and 0.999, ε 1e-4, and the eight rates
 * 1e-3 · 10^(−i/7), i = 0 … 7, an eighth of the updates each (Burda et al. give 3^i passes to rate i, 3,280 in all). All start at the
 * same parameters and see the same batches. Then L_5000 of the first test images, on the same draws for all (logLikelihood.ts), with
 * the standard error over the images, and that of the difference to the row above, image by image. Parameters and results go to
 * runs/bounds (not committed); `--resume` takes those that are there. Numbers: bench/bounds/README.md.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as os from 'node:os'
import { parseArgs } from 'node:util'
import { either as E } from 'fp-ts'
import { mnist } from '../../src/data/mnist.js'
import { flattenParams, type NetParams, unflattenParams } from '../../src/dsl/params.js'
import * as g from '../../src/index.js'
import { decodeSafetensors } from '../../src/runtime/safetensors/read.js'
import { encodeSafetensors } from '../../src/runtime/safetensors/write.js'
import { fixed, table } from '../report/table.js'
import { logLikelihoods } from './logLikelihood.js'
import { type Contender, contenders } from './model.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string' },
    images: { type: 'string' },
    samples: { type: 'string' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    resume: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
  },
})

const whole = (name: 'steps' | 'images' | 'samples' | 'seed' | 'threads', otherwise: number): number => {
  const n = Number(values[name] ?? otherwise)
  if (Number.isSafeInteger(n) && n >= 1) return n
  throw new RangeError(`--${name} must be a whole number >= 1, but '${values[name]}' was given`)
}

const steps = whole('steps', values.smoke ? 20 : 15_000)
const images = whole('images', values.smoke ? 5 : 1000)
const samples = whole('samples', values.smoke ? 100 : 5000)
const seed = whole('seed', 1)
const threads = whole('threads', 1)
const names = Object.keys(contenders) as Contender[]
const stranger = positionals.find((name) => !names.includes(name as Contender))
if (stranger !== undefined)
  throw new RangeError(`there is no contender '${stranger}': choose of ${names.join(', ')}`)
const chosen = positionals.length === 0 ? names : names.filter((name) => positionals.includes(name))

const BATCH = 20
const folder = new URL(values.smoke ? '../../runs/bounds-smoke/' : '../../runs/bounds/', import.meta.url)
mkdirSync(folder, { recursive: true })

/** Burda's eight rates in equal parts of the updates. */
const rate: g.Schedule = (t) => 1e-3 * 10 ** (-Math.min(7, Math.floor((8 * (t - 1)) / steps)) / 7)

interface Trained {
  readonly params: Readonly<Record<string, NetParams>>
  readonly seconds: number
}

const fileOf = (name: Contender): URL => new URL(`${name}-${steps}-${seed}.safetensors`, folder)

const kept = (name: Contender): Trained | undefined => {
  if (!values.resume || !existsSync(fileOf(name))) return undefined
  const read = decodeSafetensors(readFileSync(fileOf(name)))
  if (E.isLeft(read)) throw new Error(read.left.what)
  return { params: unflattenParams(read.right.arrays), seconds: Number(read.right.metadata.seconds) }
}

/** Trains, tells how far it is twice a minute, and keeps the parameters. */
const train = async (name: Contender): Promise<Trained> => {
  let told = 0
  const fit = await g.orThrow(
    g.fit(contenders[name].objective(), {
      data: data.train,
      optimizer: g.adam(rate, { epsilon: 1e-4 }),
      batch: BATCH,
      steps,
      seed,
      threads,
      onEvent: (event) => {
        if (event.type === 'notice') console.log(event.message)
        if (event.type !== 'step' || event.seconds - told < 30) return
        told = event.seconds
        console.log(
          `${name}: step ${event.step}, ${fixed(event.seconds, 0)} s, ${fixed(event.values.objective ?? 0, 2)}`,
        )
      },
    }),
  )
  const { seconds, runtime } = fit.diagnostics
  writeFileSync(
    fileOf(name),
    encodeSafetensors(flattenParams(fit.params), { seconds: `${seconds}`, runtime }),
  )
  return { params: fit.params, seconds }
}

const likelihoodsOf = async (name: Contender, { params }: Trained): Promise<readonly number[]> => {
  const tell = (image: number, mean: number): void => {
    if (image % 100 === 0) console.log(`${name}: ${image} images, ${fixed(mean, 2)}`)
  }
  return logLikelihoods(params, { data: data.test, images, samples, seed, threads, tell })
}

const data = await g.orThrow(mnist())
const trained: (Trained & { readonly name: Contender })[] = []
for (const name of chosen) trained.push({ name, ...(kept(name) ?? (await train(name))) })
const found: { name: Contender; seconds: number; evaluating: number; nats: readonly number[] }[] = []
for (const one of trained) {
  console.log(`${one.name}: ${steps} updates in ${fixed(one.seconds, 0)} s`)
  const began = performance.now()
  const nats = await likelihoodsOf(one.name, one)
  found.push({
    name: one.name,
    seconds: one.seconds,
    evaluating: (performance.now() - began) / 1000,
    nats,
  })
}

/** Mean and standard error. */
const error = (xs: readonly number[]): string => {
  const mean = xs.reduce((a, b) => a + b, 0) / xs.length
  const squares = xs.reduce((a, x) => a + (x - mean) ** 2, 0)
  return `${fixed(mean, 2)} ± ${fixed(Math.sqrt(squares / (xs.length * (xs.length - 1))), 2)}`
}

const rows = found.map(({ name, seconds, evaluating, nats }, i) => {
  const above = found[i - 1]?.nats
  return [
    contenders[name].title,
    error(nats),
    above === undefined ? '' : error(nats.map((x, n) => x - (above[n] as number))),
    fixed(seconds, 0),
    fixed(steps / seconds, 1),
    fixed(evaluating, 0),
  ]
})
console.log(
  table(
    ['model', `L_${samples}`, 'better than the row above', 'training, s', 'updates/s', 'evaluation, s'],
    rows,
  ),
)
writeFileSync(
  new URL(`${chosen.join('-')}-${steps}-${seed}.json`, folder),
  JSON.stringify({
    bench: 'bounds',
    steps,
    images,
    samples,
    seed,
    threads,
    node: process.version,
    cpu: os.cpus()[0]?.model,
    load: os.loadavg()[0],
    found,
  }),
)
