/**
 * modes(samples, { centers, scale }): what became of the modes of a mixture that is known.
 *
 *   a sample is of high quality if it lies within 3 `scale` of the nearest center, in Euclidean distance
 *   a mode is covered if at least one sample of high quality is nearest to it
 *   reverseKl = Σ_k q_k log(q_k / w_k)      q_k: share of mode k among the samples, w_k: its weight; nats
 *
 * Every sample counts for its nearest mode in q, of high quality or not, so reverseKl does not see blur, which highQuality
 * does. A perfect generator of d-dimensional Gaussian modes has the share P(χ²_d < 9) of high quality: 0.989 in the plane.
 * Sources: Srivastava et al., "VEEGAN" (2017), section 4; Lin et al., "PacGAN" (2018), section 4.1 and, for reverseKl,
 * between distributions over modes, its stacked digits. Tested in tests/inference/diagnostics/modes.test.ts.
 */
import { giryError, throwAll } from '../../dsl/error.js'
import { type Points, pointsOfOneSize, rowAt, type Samples } from './points.js'

/** A mixture whose modes are known. */
export interface KnownModes {
  /** One center per mode. */
  readonly centers: Samples
  /** The standard deviation of a mode, along each axis. */
  readonly scale: number
  /** The weights of the modes; equal ones if left out. */
  readonly weights?: readonly number[]
}

/** What became of the modes. */
export interface ModeReport {
  /** Modes of the mixture. */
  readonly modes: number
  /** Modes with at least one sample of high quality. */
  readonly covered: number
  /** Share of samples within 3 deviations of their nearest mode. */
  readonly highQuality: number
  /** Samples of high quality, by mode. */
  readonly counts: readonly number[]
  /** KL(modes of the samples ‖ weights), in nats. */
  readonly reverseKl: number
  /** Samples that were looked at. */
  readonly n: number
}

/** Deviations from the center up to which a sample is of high quality. */
const DEVIATIONS = 3

const nearestCenter = (x: Float64Array, centers: Points): { index: number; squared: number } => {
  let best = { index: 0, squared: Number.POSITIVE_INFINITY }
  for (let k = 0; k < centers.count; k++) {
    const squared = rowAt(centers, k).reduce((s, c, i) => s + (c - (x[i] as number)) ** 2, 0)
    if (squared < best.squared) best = { index: k, squared }
  }
  return best
}

/** Σ q log(q / w), with 0 log 0 = 0. */
const klOfShares = (counts: readonly number[], weights: readonly number[], n: number): number => {
  const total = weights.reduce((a, b) => a + b, 0)
  const terms = counts.map((c, k) =>
    c === 0 ? 0 : (c / n) * Math.log(c / n / ((weights[k] as number) / total)),
  )
  return terms.reduce((a, b) => a + b, 0)
}

const requireWeights = (weights: readonly number[], modes: number, scale: number): void =>
  throwAll([
    ...(scale > 0 && Number.isFinite(scale)
      ? []
      : [
          giryError(
            'option',
            'scale',
            `scale must be positive, but ${scale} was given`,
            'pass the deviation of a mode',
          ),
        ]),
    ...(weights.length === modes && weights.every((w) => w > 0 && Number.isFinite(w))
      ? []
      : [
          giryError(
            'option',
            'weights',
            `${modes} modes need as many positive weights, but [${weights}] was given`,
            'leave out modes of weight 0',
          ),
        ]),
  ])

/** Counts the modes that samples cover, and the samples that lie on none. */
export const modes = (samples: Samples, known: KnownModes): ModeReport => {
  const { samples: x, centers } = pointsOfOneSize({ samples, centers: known.centers })
  const weights = known.weights ?? new Array<number>(centers.count).fill(1)
  requireWeights(weights, centers.count, known.scale)
  const near = Array.from({ length: x.count }, (_, i) => nearestCenter(rowAt(x, i), centers))
  const tally = (of: readonly { index: number }[]): number[] => {
    const counts = new Array<number>(centers.count).fill(0)
    for (const { index } of of) counts[index] = (counts[index] as number) + 1
    return counts
  }
  const good = near.filter(({ squared }) => squared <= (DEVIATIONS * known.scale) ** 2)
  const counts = tally(good)
  return {
    modes: centers.count,
    covered: counts.filter((c) => c > 0).length,
    highQuality: good.length / x.count,
    counts,
    reverseKl: klOfShares(tally(near), weights, x.count),
    n: x.count,
  }
}
