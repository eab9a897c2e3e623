/**
 * memorization(fake, { train, heldOut }): do samples lie closer to the training data than new data do?
 *
 *   r(x) = d(x, t) / d(t, t')       t: nearest training datum of x, t': nearest other training datum of t
 *   AUC  = P(r(held-out) > r(fake)) + ½ P(=)          ½ for new data, toward 1 for copies; p one-sided, by permutation
 *
 * The division by the local spacing is what the cells of Meehan's test are for: a generator that only prefers dense regions
 * has small distances everywhere and copies nothing. The test takes one sample for each training datum that is nearest to
 * some, and as many held-out data as fakes at first, so that a collapsed generator, whose samples are one sample many times,
 * proves nothing. A copy has r ≤ 0.001, a near copy r ≤ 0.1; held-out data have some of these too, which are reported.
 * Source: after Meehan, Chaudhuri, Dasgupta, "A non-parametric test to detect data-copying in generative models" (2020),
 * whose C_T is the z-score of this U statistic on unscaled distances, cell by cell. Tested in
 * tests/inference/diagnostics/memorization.test.ts.
 */
import type { taskEither as TE } from 'fp-ts'
import type { GiryError } from '../../dsl/error.js'
import { fold, type Key, keyFromSeed } from '../../runtime/keys.js'
import { nearest } from './neighbors.js'
import { type Points, pointsOfOneSize, type Samples, select, subsample } from './points.js'
import { rankTest } from './rankTest.js'
import { PERMUTATIONS, requireOptions, type TestOptions, task } from './settings.js'

/** Data to compare with. */
export interface MemorizationOptions extends TestOptions {
  readonly train: Samples
  /** Data of the same distribution that no player was trained on. */
  readonly heldOut: Samples
  /** Fakes and held-out data at most; 1,000 if left out. */
  readonly limit?: number
}

/** How near samples come to the training data. */
export interface MemorizationReport {
  /** P(a held-out datum lies farther from the training data than a fake), in local spacings. */
  readonly auc: number
  readonly pValue: number
  /** Share of fakes that equal a training datum, up to a thousandth of the local spacing. */
  readonly copies: number
  /** Share of fakes within a tenth of the local spacing. */
  readonly nearCopies: number
  /** The same share among held-out data. */
  readonly heldOutNearCopies: number
  /** Training data that are nearest to some fake. */
  readonly neighbors: number
  /** The nearest training datum of each fake, by index; the fakes are those of `fakes`. */
  readonly nearest: Int32Array
  /** Fakes and held-out data that were used. */
  readonly n: number
}

/** Parts of the local spacing up to which a sample is a copy, or nearly one. */
const COPY = 1e-3
const NEAR_COPY = 0.1

interface Scaled {
  readonly ratios: Float64Array
  readonly indices: Int32Array
}

/** Distances to the nearest training datum, in units of its distance to the nearest other one. */
const scaledDistances = async (p: Points, train: Points): Promise<Scaled> => {
  const { distances, indices } = await nearest(p, train)
  const places = [...new Set(indices)]
  const spacing = await nearest(select(train, places), train, { apart: true })
  // Training data that all coincide have no spacing: distances are then taken as they are.
  const of = new Map(
    places.map((t, i) => {
      const s = spacing.distances[i] as number
      return [t, Number.isFinite(s) ? s : 1]
    }),
  )
  return {
    ratios: distances.map((d, i) => d / (of.get(indices[i] as number) as number)),
    indices,
  }
}

/** The first sample of each training datum. */
const onePerNeighbor = ({ ratios, indices }: Scaled): Float64Array => {
  const seen = new Set<number>()
  return ratios.filter((_, i) => {
    const index = indices[i] as number
    if (seen.has(index)) return false
    seen.add(index)
    return true
  })
}

const shareUpTo = (x: Float64Array, bound: number): number =>
  x.reduce((n, r) => (r <= bound ? n + 1 : n), 0) / x.length

const ofEqualCount = (fake: Points, heldOut: Points, limit: number, key: Key): readonly [Points, Points] => {
  const n = Math.min(limit, fake.count, heldOut.count)
  return [subsample(fake, n, fold(key, 'fake')), subsample(heldOut, n, fold(key, 'heldOut'))]
}

/** Tests whether samples are copies of training data. */
export const memorization = (
  fake: Samples,
  options: MemorizationOptions,
): TE.TaskEither<readonly GiryError[], MemorizationReport> =>
  task(async () => {
    const { limit = 1000, permutations = PERMUTATIONS, seed = 0 } = options
    requireOptions(options.seed, { limit, permutations })
    const all = pointsOfOneSize({ fake, train: options.train, heldOut: options.heldOut })
    const key = fold(keyFromSeed(seed), 'memorization')
    const [y, x] = ofEqualCount(all.fake, all.heldOut, limit, key)
    const ofFake = await scaledDistances(y, all.train)
    const ofHeldOut = await scaledDistances(x, all.train)
    const test = await rankTest(onePerNeighbor(ofHeldOut), onePerNeighbor(ofFake), {
      permutations,
      key: fold(key, 'permutation'),
    })
    return {
      ...test,
      copies: shareUpTo(ofFake.ratios, COPY),
      nearCopies: shareUpTo(ofFake.ratios, NEAR_COPY),
      heldOutNearCopies: shareUpTo(ofHeldOut.ratios, NEAR_COPY),
      neighbors: new Set(ofFake.indices).size,
      nearest: ofFake.indices,
      n: y.count,
    }
  })
