/**
 * Coordinates: an event of a domain as numbers y that run over all of R^m, with log |dx/dy|.
 *
 *   Real: y = x        Positive: y = log x        Unit: y = log x − log(1 − x)        Simplex: y_k = log x_k − log x_K
 *
 * The measure of a Simplex is that of its first K − 1 entries, so |dx/dy| = Π_k x_k.
 */

import type { AnyDistribution } from '../../../dsl/distribution.js'
import { isWithin, nonNegative, positive, simplex, unit } from '../../../dsl/domain.js'
import type { AnyDomain } from '../../../dsl/domains/marks.js'
import { sizeOf } from '../../../dsl/shape.js'

/** Coordinates y of one entry that run over the line: x(y), y(x), log |dx/dy|. */
export interface Chart {
  readonly x: (y: number) => number
  readonly y: (x: number) => number
  readonly logSlope: (y: number) => number
}

const logSigmoid = (t: number): number => (t < 0 ? t - Math.log1p(Math.exp(t)) : -Math.log1p(Math.exp(-t)))

/** The charts, by name. */
export const charts = {
  real: { x: (y: number) => y, y: (x: number) => x, logSlope: () => 0 },
  positive: { x: Math.exp, y: (x: number) => Math.log(Math.max(x, 1e-38)), logSlope: (y: number) => y },
  unit: {
    x: (y: number) => 1 / (1 + Math.exp(-y)),
    y: (x: number) => Math.log(Math.max(x, 1e-38)) - Math.log(Math.max(1 - x, 6e-8)),
    logSlope: (y: number) => logSigmoid(y) + logSigmoid(-y),
  },
} satisfies Record<string, Chart>

/** The chart of an entry of a domain. */
export const chartOf = (domain: AnyDomain): Chart =>
  isWithin(domain, unit)
    ? charts.unit
    : isWithin(domain, positive) || isWithin(domain, nonNegative)
      ? charts.positive
      : charts.real

/** Coordinates of an event: m numbers y for `size` numbers x. */
export interface Atlas {
  readonly m: number
  readonly x: (y: ArrayLike<number>) => number[]
  readonly y: (x: ArrayLike<number>) => number[]
  readonly logSlope: (y: ArrayLike<number>) => number
}

const entrywise = (chart: Chart, m: number): Atlas => ({
  m,
  x: (y) => Array.from(y, chart.x),
  y: (x) => Array.from(x, chart.y),
  logSlope: (y) => Array.from(y).reduce((s, yi) => s + chart.logSlope(yi), 0),
})

/** Log ratios to the last entry; the measure is that of the first K − 1 entries, so |dx/dy| = Π_k x_k. */
const simplexAtlas = (size: number, k: number): Atlas => {
  const blocks = size / k
  const block = (y: ArrayLike<number>, b: number) => {
    const logits = [...Array.from({ length: k - 1 }, (_, j) => y[b * (k - 1) + j] as number), 0]
    const top = Math.max(...logits)
    const sum = logits.reduce((s, l) => s + Math.exp(l - top), 0)
    return logits.map((l) => l - top - Math.log(sum))
  }
  const all = (y: ArrayLike<number>) => Array.from({ length: blocks }, (_, b) => block(y, b)).flat()
  return {
    m: blocks * (k - 1),
    x: (y) => all(y).map(Math.exp),
    y: (x) =>
      Array.from({ length: blocks * (k - 1) }, (_, i) => {
        const [b, j] = [Math.floor(i / (k - 1)), i % (k - 1)]
        const log = (at: number) => Math.log(Math.max(x[b * k + at] as number, 1e-38))
        return log(j) - log(k - 1)
      }),
    logSlope: (y) => all(y).reduce((s, l) => s + l, 0),
  }
}

/** The coordinates of the events of a distribution; undefined where there are none here. */
export const atlasOf = (d: AnyDistribution): Atlas | undefined => {
  const { domain, shape } = d.space
  const size = sizeOf(shape)
  if (isWithin(domain, simplex)) return simplexAtlas(size, shape[shape.length - 1] ?? 1)
  return ['Cholesky', 'Correlation', 'Ordered'].includes(domain.name)
    ? undefined
    : entrywise(chartOf(domain), size)
}
