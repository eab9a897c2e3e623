/**
 * manifold(real, fake, { k }): precision, recall, density and coverage by k nearest neighbors.
 *
 *   B(x_i): the closed ball around x_i that reaches its k-th nearest neighbor in its own sample
 *   precision = (1/M) Σ_j 1[y_j ∈ ∪_i B(x_i)]             share of fakes that look real
 *   recall    = (1/N) Σ_i 1[x_i ∈ ∪_j B(y_j)]             share of real data that fakes surround
 *   density   = (1/(k M)) Σ_j Σ_i 1[y_j ∈ B(x_i)]         as precision, but an outlier among the real counts for little
 *   coverage  = (1/N) Σ_i 1[∃ j : y_j ∈ B(x_i)]           share of real data with a fake nearby
 *
 * x: N real data, y: M fakes. For equal distributions E[density] = 1 and
 *
 *   E[coverage] = 1 − (N − 1) ⋯ (N − k) / ((N + M − 1) ⋯ (N + M − k))
 *
 * Sources: Kynkäänniemi et al., "Improved precision and recall metric" (2019), equations 1 and 2; Naeem et al., "Reliable
 * fidelity and diversity metrics" (2020), equations 4 and 5, lemma 2. Tested in
 * tests/inference/diagnostics/manifold.test.ts.
 */
import type { taskEither as TE } from 'fp-ts'
import { type GiryError, throwAll } from '../../dsl/error.js'
import { eachDistanceRow } from './distances.js'
import { nearest, neighborFaults } from './neighbors.js'
import { type Points, pointsOfOneSize, type Samples } from './points.js'
import { task } from './settings.js'

/** The four numbers, with what they are compared with. */
export interface ManifoldReport {
  readonly precision: number
  readonly recall: number
  readonly density: number
  readonly coverage: number
  /** The mean of coverage if real and fake came from one distribution. */
  readonly expectedCoverage: number
  readonly k: number
  readonly n: number
  readonly m: number
}

/** E[coverage] of m fakes over n real data of the same continuous distribution. */
export const expectedCoverage = (n: number, m: number, k: number): number => {
  let none = 1
  for (let i = 1; i <= k; i++) none *= (n - i) / (n + m - i)
  return 1 - none
}

/** Squared distance of each point to its k-th nearest neighbor. */
const squaredRadii = async (p: Points, k: number): Promise<Float64Array> => {
  const { distances } = await nearest(p, p, { k, self: true })
  return Float64Array.from({ length: p.count }, (_, i) => (distances[(i + 1) * k - 1] as number) ** 2)
}

/** A radius is a root, squared again: a point on the border stays inside. */
const BORDER = 1 + 1e-12

interface Tally {
  /** Real balls around each fake. */
  readonly around: Uint32Array
  /** Whether a real datum has a fake in its ball, and whether it lies in the ball of a fake. */
  readonly covered: Uint8Array
  readonly recalled: Uint8Array
}

const tally = async (real: Points, fake: Points, k: number): Promise<Tally> => {
  const ofReal = await squaredRadii(real, k)
  const ofFake = await squaredRadii(fake, k)
  const around = new Uint32Array(fake.count)
  const covered = new Uint8Array(real.count)
  const recalled = new Uint8Array(real.count)
  await eachDistanceRow(real, fake, (i, row) => {
    const radius = (ofReal[i] as number) * BORDER
    for (let j = 0; j < row.length; j++) {
      const d = row[j] as number
      if (d <= radius) {
        around[j] = (around[j] as number) + 1
        covered[i] = 1
      }
      if (d <= (ofFake[j] as number) * BORDER) recalled[i] = 1
    }
  })
  return { around, covered, recalled }
}

const meanOf = (x: Uint8Array | Uint32Array, f: (x: number) => number = (y) => y): number => {
  let sum = 0
  for (const y of x) sum += f(y)
  return sum / x.length
}

/** Compares where two samples lie, by balls around their points. */
export const manifold = (
  real: Samples,
  fake: Samples,
  { k = 5 }: { readonly k?: number } = {},
): TE.TaskEither<readonly GiryError[], ManifoldReport> =>
  task(async () => {
    const { real: x, fake: y } = pointsOfOneSize({ real, fake })
    throwAll([...neighborFaults(k, x.count, 'real'), ...neighborFaults(k, y.count, 'fake')])
    const { around, covered, recalled } = await tally(x, y, k)
    return {
      precision: meanOf(around, (c) => (c > 0 ? 1 : 0)),
      recall: meanOf(recalled),
      density: meanOf(around) / k,
      coverage: meanOf(covered),
      expectedCoverage: expectedCoverage(x.count, y.count, k),
      k,
      n: x.count,
      m: y.count,
    }
  })
