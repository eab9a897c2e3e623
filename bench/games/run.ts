/**
 * One run: a GAN trained on a mixture whose modes are known, and what its samples cover.
 *
 *   recommended   the family `gan` as it comes: non-saturating payoff, R1, its recipe
 *   plain         min_G max_D E[log D(x)] + E[log(1 − D(G(z)))], no penalty; nets, recipe, data, start and noise are the same
 *   steady        plain, at a rate that does not fall
 *
 * Data are drawn from the seed of the run. Center and spread, by which the family scales the data, are those of all entries of the
 * training data. 2,500 fresh samples are looked at, as in PacGAN and VEEGAN.
 */
import * as tf from '@tensorflow/tfjs'
import { grid } from '../../src/data/synthetic/grid.js'
import type { PointsWithModes } from '../../src/data/synthetic/modes.js'
import { ring } from '../../src/data/synthetic/ring.js'
import * as g from '../../src/index.js'
import { modes } from '../../src/inference/diagnostics/modes.js'
import { decided } from '../../src/models/gameFamily.js'
import { type GanOptions, gan, ganFamily } from '../../src/models/gan.js'

/** Mixtures, by name. */
export const mixtures = {
  ring: (seed: number): PointsWithModes => ring({ seed }),
  grid: (seed: number): PointsWithModes => grid({ seed }),
} as const

const minimax = { payoff: 'minimax', penalty: 0 } as const

/** Contenders, by name: what each changes of the family's options, and whether its rates fall as in the recipe. */
export const contenders = {
  recommended: { options: {}, falling: true },
  plain: { options: minimax, falling: true },
  steady: { options: minimax, falling: false },
} as const satisfies Record<string, { options: Partial<GanOptions>; falling: boolean }>

/** Which run. */
export interface RunOptions {
  readonly mixture: keyof typeof mixtures
  readonly contender: keyof typeof contenders
  readonly seed: number
  readonly steps: number
  readonly threads?: number | undefined
}

/** What came of a run. */
export interface RunResult extends RunOptions {
  readonly modes: number
  /** Modes with at least one sample of high quality. */
  readonly covered: number
  /** Modes with at least a quarter of their share. */
  readonly quarter: number
  readonly highQuality: number
  readonly reverseKl: number
  readonly seconds: number
}

/** Steps of the family's recipe. */
export const recommendedSteps = ganFamily.build({ size: 2, domain: 'Real' }, ganFamily.defaults).recipe.steps

/** Samples that are looked at. */
const SAMPLES = 2500

/** Mean and deviation of all entries. */
const scaleOf = (x: Float32Array): { readonly center: number; readonly spread: number } => {
  const center = x.reduce((a, b) => a + b, 0) / x.length
  return { center, spread: Math.sqrt(x.reduce((a, b) => a + (b - center) ** 2, 0) / x.length) }
}

/** Trains, samples, counts. */
export const run = async (o: RunOptions): Promise<RunResult> => {
  const data = mixtures[o.mixture](o.seed)
  const shape = {
    size: 2,
    domain: 'Real' as const,
    ...scaleOf(data.train.columns.x?.elements.data as Float32Array),
  }
  const { options, falling } = contenders[o.contender]
  const { game, fake } = gan({ ...decided(shape, ganFamily.defaults), ...options })
  const { recipe } = ganFamily.build(shape, ganFamily.defaults)
  const fit = await g.orThrow(
    g.fit(game, {
      data: data.train,
      optimizer: falling ? recipe.optimizer(o.steps) : g.adam(1e-3, { beta1: 0.5, beta2: 0.99 }),
      play: recipe.play,
      batch: recipe.batch,
      steps: o.steps,
      seed: o.seed,
      ...(o.threads === undefined ? {} : { threads: o.threads }),
    }),
  )
  const sites = g.sample(fake, { params: fit.params, n: SAMPLES, seed: o.seed })
  const found = modes(sites.x, data.modes)
  tf.dispose(Object.values(sites).map((v) => v.tensor))
  return {
    ...o,
    modes: found.modes,
    covered: found.covered,
    quarter: found.counts.filter((n) => n >= SAMPLES / (4 * found.modes)).length,
    highQuality: found.highQuality,
    reverseKl: found.reverseKl,
    seconds: fit.diagnostics.seconds,
  }
}
