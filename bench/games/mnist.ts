/**
 * A convolutional GAN on MNIST beside a VAE with the same budget, compared where a classifier of digits sees them.
 *
 *   npx tsx bench/games/mnist.ts [--steps n] [--seed 1] [--threads n] [--clock wall|cpu] [--samples 5000]
 *
 * 1. A classifier is trained and its accuracy on the test digits stated; its hidden layer gives 64 features.
 * 2. The GAN (`digitGan`) plays `--steps` steps by its recipe; then the VAE of the registry (784-400-20) is trained for as many
 *    seconds as that took. `--clock cpu` counts the seconds that the process computed, which a busy machine stretches less.
 * 3. Fréchet distance between all 10,000 test digits and `--samples` drawn ones; precision, recall, density and coverage
 *    (k = 3) between as many test digits as drawn ones. First row: training digits in place of drawn ones, the floor.
 * A VAE is shown by its means E[x | z], which people look at, and by draws of its bits. Writes bench/results/mnist.json and the
 * pictures docs/images/gan-samples.png and vae-samples.png. Numbers: bench/games/README.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import * as os from 'node:os'
import { parseArgs } from 'node:util'
import { readSite } from '../../src/cli/decode.js'
import type { AllParams } from '../../src/cli/parameterFile.js'
import { imageGrid } from '../../src/cli/pictures.js'
import { mnist } from '../../src/data/mnist.js'
import type { AnyModel } from '../../src/dsl/model.js'
import * as g from '../../src/index.js'
import { frechet } from '../../src/inference/diagnostics/frechet.js'
import { manifold } from '../../src/inference/diagnostics/manifold.js'
import { DIGIT_FEATURES, trainDigitClassifier } from '../../src/models/digitClassifier.js'
import { digitGan } from '../../src/models/digitGan.js'
import { imageRecipe } from '../../src/models/imageRecipe.js'
import { vae } from '../../src/models/vae.js'
import { useRuntime } from '../../src/runtime/backend.js'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: `${imageRecipe.steps}` },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: `${os.cpus().length}` },
    samples: { type: 'string', default: '5000' },
    clock: { type: 'string', default: 'wall' },
  },
})

const whole = (name: 'steps' | 'seed' | 'threads' | 'samples', least: number): number => {
  const n = Number(values[name])
  if (Number.isSafeInteger(n) && n >= least) return n
  throw new RangeError(`--${name} must be a whole number >= ${least}, but '${values[name]}' was given`)
}

const steps = whole('steps', 1)
const seed = whole('seed', 0)
const threads = whole('threads', 1)
const samples = whole('samples', 10)
const PIXELS = 784
const K = 3
const pictures = new URL('../../docs/images/', import.meta.url)
const results = new URL('../results/', import.meta.url)

/** Seconds on the clock, or those that this process computed. */
const now = (): number => {
  if (values.clock !== 'cpu') return performance.now() / 1000
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

interface Trained {
  readonly params: unknown
  readonly averaged: unknown
  readonly steps: number
  readonly seconds: number
}

type FitOf = (options: {
  readonly onEvent: (event: g.FitEvent) => void
  readonly signal: AbortSignal
}) => ReturnType<ReturnType<typeof g.fit>>

/** Trains, until the budget is spent if there is one; building the step counts. */
const timed = async (name: string, fit: FitOf, budget = Number.POSITIVE_INFINITY): Promise<Trained> => {
  const stop = new AbortController()
  const began = now()
  let told = 0
  const onEvent = (event: g.FitEvent): void => {
    if (event.type === 'notice') console.log(event.message)
    if (event.type !== 'step') return
    const used = now() - began
    if (used >= budget) stop.abort()
    if (used - told < 30) return
    told = used
    console.log(`${name}: ${used.toFixed(0)} s, step ${event.step}, ${JSON.stringify(event.values)}`)
  }
  const done = await g.orThrow(() => fit({ onEvent, signal: stop.signal }))
  return {
    params: done.params,
    averaged: done.averaged ?? done.params,
    steps: done.diagnostics.steps,
    seconds: now() - began,
  }
}

/** x of `samples` data, drawn in blocks. */
const drawn = (model: unknown, params: unknown, means: readonly string[]): Float32Array => {
  const out = new Float32Array(samples * PIXELS)
  for (let begin = 0; begin < samples; begin += 500) {
    const n = Math.min(500, samples - begin)
    out.set(
      readSite(model as AnyModel, 'x', { params: params as AllParams, n, seed: seed + begin, means }),
      begin * PIXELS,
    )
  }
  return out
}

const greys = await g.orThrow(mnist({ binarize: false }))
const bits = await g.orThrow(mnist())
const pixelsOf = (set: {
  readonly columns: Readonly<Record<string, { readonly elements: { readonly data: Float32Array } }>>
}) => set.columns.x?.elements.data ?? new Float32Array(0)

await g.orThrow(useRuntime('auto'))
const classifierBegan = now()
const classifier = await g.orThrow(trainDigitClassifier(greys, { seed, threads }))
console.log(
  `classifier: ${(100 * classifier.accuracy).toFixed(2)} % of the test digits right, ${(now() - classifierBegan).toFixed(1)} s`,
)

const asFeatures = (images: Float32Array) => ({
  shape: [images.length / PIXELS, DIGIT_FEATURES],
  data: classifier.features(images),
})
const test = pixelsOf(greys.test)
const real = asFeatures(test)
const realPart = asFeatures(test.subarray(0, samples * PIXELS))

interface Row {
  readonly what: string
  readonly frechet: number
  readonly precision: number
  readonly recall: number
  readonly density: number
  readonly coverage: number
  readonly steps?: number
  readonly seconds?: number
}

const round = (x: number, digits: number): number => Number(x.toFixed(digits))

const rowOf = async (what: string, images: Float32Array, trained?: Trained): Promise<Row> => {
  const fake = asFeatures(images)
  const { value } = await g.orThrow(frechet(real, fake))
  const m = await g.orThrow(manifold(realPart, fake, { k: K }))
  const row = {
    what,
    frechet: round(value, 2),
    precision: round(m.precision, 3),
    recall: round(m.recall, 3),
    density: round(m.density, 3),
    coverage: round(m.coverage, 3),
    ...(trained === undefined ? {} : { steps: trained.steps, seconds: round(trained.seconds, 1) }),
  }
  console.log(JSON.stringify(row))
  return row
}

const picture = (file: string, images: Float32Array): void =>
  writeFileSync(
    new URL(file, pictures),
    imageGrid(images.subarray(0, 96 * PIXELS), { width: 28, height: 28, columns: 12 }),
  )

const { game, fake } = digitGan()
const { batch } = imageRecipe
const optimizer = imageRecipe.optimizer(steps)
const played = await timed('gan', ({ onEvent, signal }) =>
  g.fit(game, { data: greys.train, optimizer, batch, steps, seed, threads, onEvent, signal })(),
)
const fakes = drawn(fake, played.averaged, [])
picture('gan-samples.png', fakes)

const { p, objective } = vae({ size: PIXELS, latent: 20, hidden: [400] })
const trained = await timed(
  'vae',
  ({ onEvent, signal }) =>
    g.fit(objective, {
      data: bits.train,
      optimizer: g.adam(1e-3),
      batch: 128,
      steps: Number.MAX_SAFE_INTEGER,
      seed,
      threads,
      onEvent,
      signal,
    })(),
  played.seconds,
)
const means = drawn(p, trained.params, ['x'])
picture('vae-samples.png', means)

const rows = [
  await rowOf('training digits', pixelsOf(greys.train).subarray(0, samples * PIXELS)),
  await rowOf('GAN', fakes, played),
  await rowOf('VAE, E[x | z]', means, trained),
  await rowOf('VAE, x drawn', drawn(p, trained.params, []), trained),
]
console.table(rows)
mkdirSync(results, { recursive: true })
writeFileSync(
  new URL('mnist.json', results),
  `${JSON.stringify({ bench: 'mnist', clock: values.clock, seed, threads, samples, k: K, classifier: { accuracy: classifier.accuracy, seconds: round(classifier.seconds, 1) }, node: process.version, cpu: os.cpus()[0]?.model, cores: os.cpus().length, load: round(os.loadavg()[0] ?? 0, 1), rows }, null, 2)}\n`,
)
