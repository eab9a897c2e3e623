/**
 * laws.kl(q, p): the closed form of KL(q ‖ p), against the densities of q and p.
 *
 *   KL(q ‖ p) >= 0        KL(q ‖ q) = 0 = KL(p ‖ p)
 *   closed form = Σ w q (log q − log p), summed or integrated        = the mean of log q − log p over draws of q
 *   KL(q³ ‖ p³) = 3 KL(q ‖ p)
 *
 * A divergence of one's own comes in through a table: { klTable: { ...klTable, 'mine|mine': klMine } }.
 * Errors: tag `exact`, where the table has no row for the pair. Tested in tests/testing/verdicts/kl.test.ts.
 */
import type { AnyDistribution } from '../../dsl/distribution.js'
import { iid } from '../../dsl/distributions/iid.js'
import { fail } from '../../dsl/error.js'
import { type KlTable, klRule, klTable } from '../../dsl/kl.js'
import { meanAndError } from '../../inference/estimate.js'
import { drawsOf, gridOf, logsAt, type Points } from './distribution/points.js'
import { tidily } from './tidily.js'
import { equal, judged, type Law, type LawOptions, type LawVerdict, shown } from './verdict.js'

/** Options of the laws of a divergence. */
export interface KlLawOptions extends LawOptions {
  /** The closed forms; those of giry if left out. */
  readonly klTable?: KlTable
  /** Draws of q; 20,000 if left out. */
  readonly draws?: number
}

interface Pair {
  readonly q: AnyDistribution
  readonly p: AnyDistribution
  readonly table: KlTable
  readonly options: KlLawOptions
}

const nameOf = ({ q, p }: Pair): string => `KL(${q.family} ‖ ${p.family})`

const lawOf = (pair: Pair, law: string, remedy: string): Law => ({ subject: nameOf(pair), law, remedy })

/** The closed form, if the table has one. */
const closed = (q: AnyDistribution, p: AnyDistribution, table: KlTable): number | undefined => {
  const rule = klRule(q, p, table)
  return rule === undefined ? undefined : tidily(() => rule().tensor.dataSync()[0] as number)
}

const isNonNegative = (pair: Pair, kl: number): LawVerdict => {
  const bound = pair.options.tolerance ?? 1e-3
  return judged(
    lawOf(pair, 'KL >= 0', 'look at the signs of the terms'),
    Number.isNaN(kl) ? Number.NaN : Math.max(0, -kl),
    bound,
    `${nameOf(pair)} is ${shown(kl)}${kl < 0 ? `, below 0 by ${shown(-kl)}, where ${shown(bound)} is allowed` : ''}`,
  )
}

const vanishes = (pair: Pair, d: AnyDistribution, which: 'q' | 'p'): readonly LawVerdict[] => {
  const kl = closed(d, d, pair.table)
  if (kl === undefined) return []
  return [
    equal(
      lawOf(pair, 'KL = 0 on the diagonal', 'every term must vanish where the parameters agree'),
      pair.options,
      {
        what: `KL(${which} ‖ ${which}) of ${d.family}`,
        found: kl,
        other: 'it should be',
        expected: 0,
      },
    ),
  ]
}

/** log q − log p at rows of numbers, where q has mass. */
const ratios = (pair: Pair, xs: Float32Array, logQ: Float64Array): number[] => {
  const logP = logsAt(pair.p, xs)
  return Array.from(logQ, (l, i) => (l === Number.NEGATIVE_INFINITY ? 0 : l - (logP[i] as number)))
}

const isSum = (pair: Pair, kl: number, points: Points | undefined): readonly LawVerdict[] => {
  if (points === undefined) return []
  const ratio = ratios(pair, points.xs, points.logs)
  const { value, standardError } = points.expect((i) => ratio[i] as number)
  return [
    equal(
      lawOf(
        pair,
        'the closed form is the integral of q (log q − log p)',
        'compare the formula term by term with its source',
      ),
      pair.options,
      {
        what: `the closed form of ${nameOf(pair)}`,
        found: kl,
        other: `${points.method} gives`,
        expected: value,
        expectedError: standardError,
      },
    ),
  ]
}

const isMean = (pair: Pair, kl: number, draws: Float32Array): LawVerdict => {
  const sampled = meanAndError(ratios(pair, draws, logsAt(pair.q, draws)))
  return equal(
    lawOf(
      pair,
      'the closed form is the mean of log q − log p',
      'compare the formula term by term with its source',
    ),
    pair.options,
    {
      what: `the closed form of ${nameOf(pair)}`,
      found: kl,
      other: `draws of q give`,
      expected: Number.isFinite(kl) ? sampled.value : kl,
      expectedError: Number.isFinite(kl) ? sampled.standardError : 0,
    },
  )
}

const isAdditive = (pair: Pair, kl: number): readonly LawVerdict[] => {
  const whole = closed(iid(3, pair.q), iid(3, pair.p), pair.table)
  if (whole === undefined) return []
  return [
    equal(
      lawOf(pair, 'KL adds up over independent draws', 'sum over the event, and over nothing else'),
      pair.options,
      {
        what: `KL of three independent draws`,
        found: whole,
        other: 'three times that of one is',
        expected: 3 * kl,
      },
    ),
  ]
}

/** The laws of a divergence in closed form. */
export const klLaws = (
  q: AnyDistribution,
  p: AnyDistribution,
  options: KlLawOptions = {},
): readonly LawVerdict[] =>
  tidily(() => {
    const table = options.klTable ?? klTable
    const pair = { q, p, table, options }
    const kl = closed(q, p, table)
    if (kl === undefined)
      return fail(
        'exact',
        'laws.kl',
        `no closed form for KL(${q.family} ‖ ${p.family}) is in the table`,
        `pass { klTable: { ...klTable, '${q.family}|${p.family}': (q, p) => … } }`,
      )
    const draws = drawsOf(q, options.draws ?? 20_000, options.seed ?? 0)
    const points = gridOf(q, draws, options.seed ?? 0)?.(q)
    return [
      isNonNegative(pair, kl),
      ...vanishes(pair, q, 'q'),
      ...vanishes(pair, p, 'p'),
      ...isSum(pair, kl, points),
      isMean(pair, kl, draws),
      ...isAdditive(pair, kl),
    ]
  })
