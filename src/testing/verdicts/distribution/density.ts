/**
 * Laws of a density:
 *
 *   Σ p = 1 or ∫ p = 1        p = 0 outside of the domain        enumerate lists each point once
 *   log p of a batch is log p of its elements, whatever axes the parameters have
 */
import { type AnyDistribution, can, type Distribution } from '../../../dsl/distribution.js'
import * as domains from '../../../dsl/domain.js'
import type { AnyDomain } from '../../../dsl/domains/marks.js'
import { GiryException } from '../../../dsl/error.js'
import { sizeOf } from '../../../dsl/shape.js'
import type { AnyValue } from '../../../dsl/value.js'
import { tidily } from '../tidily.js'
import { decided, equal, judged, type LawVerdict, shown, withError } from '../verdict.js'
import { type Case, lawOf } from './case.js'
import { logsAt, rowsAsValue } from './points.js'
import { logDensities, tiled } from './subject.js'

/** The density has mass 1. */
export const hasMassOne = (c: Case): readonly LawVerdict[] => {
  const { points } = c
  if (points === undefined) return []
  const { value, standardError } = points.expect(() => 1)
  const verb = points.method === 'enumeration' || points.method === 'summation' ? 'sums' : 'integrates'
  const law = lawOf(
    c,
    `the density ${verb} to 1`,
    'look at the normalizing constant, and at where the density is 0',
  )
  const { found, bound } = equal(law, c.options, {
    what: '',
    found: value,
    other: '',
    expected: 1,
    foundError: standardError,
  })
  const sentence = `the density ${verb} to ${withError(value, standardError)} by ${points.method} over ${points.count} points: off by ${shown(found)} (a log density off by ${shown(Math.log(value))}), where ${shown(bound)} is allowed`
  return [judged(law, found, bound, sentence)]
}

/** Numbers that lie outside of a domain, with a larger domain that holds them. */
const outsideOf = (domain: AnyDomain): readonly (readonly [number, AnyDomain])[] => {
  if (domain.name === 'Positive' || domain.name === 'NonNegative') return [[-1, domains.real]]
  if (domain.name === 'Unit')
    return [
      [-0.5, domains.real],
      [1.5, domains.real],
    ]
  if (domain.name === 'Binary') return [[2, domains.count]]
  const labels = (domain.marks as { readonly Category?: number }).Category
  return labels === undefined ? [] : [[labels, domains.count]]
}

/** The log density at an event outside of the domain; undefined where the distribution refuses it with a sentence. */
const logOutside = (d: AnyDistribution, event: Float32Array, domain: AnyDomain): number | undefined => {
  try {
    return tidily(
      () =>
        logDensities(
          d,
          rowsAsValue(d, event, domain as typeof d.space.domain),
        ).tensor.dataSync()[0] as number,
    )
  } catch (e) {
    if (e instanceof GiryException) return undefined
    throw e
  }
}

/** The density is 0 outside of its domain, or refuses to be asked. */
export const vanishesOutside = (c: Case): readonly LawVerdict[] => {
  const { d } = c.subject
  if (!can(d, 'density')) return []
  const law = lawOf(
    c,
    'the density is 0 outside of the domain',
    'return −Infinity there (where, not a product)',
  )
  return outsideOf(d.space.domain).map(([x, domain]) => {
    const event = Float32Array.from(c.draws.subarray(0, c.size))
    event[0] = x
    const log = logOutside(d, event, domain)
    const holds = log === undefined || log === Number.NEGATIVE_INFINITY
    const said = log === undefined ? 'is refused' : `is ${shown(log)}${holds ? '' : ', not −Infinity'}`
    return decided(law, holds, `the log density at ${shown(x)}, outside of ${d.space.domain.name}, ${said}`)
  })
}

/** Enumerating lists as many points as it says, each once, each within the domain. */
export const listsSupport = (c: Case): readonly LawVerdict[] => {
  const { d } = c.subject
  if (!can(d, 'enumerable')) return []
  const xs = tidily(() => {
    const all = (d as Distribution<typeof d.space, 'enumerable'>).enumerate('point') as AnyValue
    return Float32Array.from(all.tensor.dataSync())
  })
  const rows = xs.length / c.size
  const distinct = new Set(
    Array.from({ length: rows }, (_, i) => xs.subarray(i * c.size, (i + 1) * c.size).join()),
  ).size
  const outside = d.space.domain.outside(xs, d.space.shape)
  const law = lawOf(c, 'enumerate lists the support', 'list every point once, and count them in supportSize')
  const holds = distinct === rows && rows === d.supportSize && outside === undefined
  return [
    decided(
      law,
      holds,
      `enumerate lists ${rows} points, ${distinct} of them different, and supportSize is ${d.supportSize}${outside === undefined ? '' : `; ${outside.reason}`}`,
    ),
  ]
}

const elements = 6

/** log p at some draws, with every parameter repeated along the axis of the draws. */
const batched = (c: Case, xs: Float32Array): readonly (readonly [string, Float64Array])[] =>
  c.subject.movable.map(({ name, value }) => [
    name,
    tidily(() => {
      const d = c.subject.with(name, tiled(value, 'point', elements))
      return Float64Array.from(logDensities(d, rowsAsValue(d, xs)).tensor.dataSync())
    }),
  ])

/** A parameter with an axis gives each element its own distribution. */
export const alignsParameters = (c: Case): readonly LawVerdict[] => {
  if (!can(c.subject.d, 'density')) return []
  const xs = c.draws.subarray(0, elements * c.size)
  const alone = logsAt(c.subject.d, xs)
  return batched(c, xs).map(([name, together]) => {
    const law = lawOf(
      c,
      `log densities of a batch, by ${name}, are those of its elements`,
      'reduce over the event only, and leave the leading axes as they are',
    )
    const found = alone.reduce((worst, l, i) => Math.max(worst, gap(l, together[i])), 0)
    const allowed = 1e-4 * Math.max(1, ...alone.map(Math.abs).filter(Number.isFinite))
    return judged(
      law,
      together.length === elements ? found : Number.POSITIVE_INFINITY,
      allowed,
      `${elements} log densities computed at once differ from those computed one by one by up to ${shown(found)}, where ${shown(allowed)} is allowed`,
    )
  })
}

const gap = (a: number, b: number | undefined): number => (a === b ? 0 : Math.abs(a - (b ?? Number.NaN)))

/** Log densities at draws are numbers, and finite ones. */
export const isFiniteAtDraws = (c: Case): readonly LawVerdict[] => {
  const { d } = c.subject
  if (!can(d, 'density')) return []
  const n = Math.min(c.count, 2000)
  const logs = logsAt(d, c.draws.subarray(0, n * sizeOf(d.space.shape)))
  const bad = logs.findIndex((l) => !Number.isFinite(l))
  const at = Array.from(c.draws.subarray(bad * c.size, (bad + 1) * c.size), shown).join(', ')
  const law = lawOf(c, 'what is drawn has a density', 'the sampler and the density have different supports')
  return [
    decided(
      law,
      bad < 0,
      bad < 0
        ? `the log densities at ${n} draws are finite`
        : `the log density at [${at}], which was drawn, is ${shown(logs[bad] as number)}; so are ${logs.filter((l) => !Number.isFinite(l)).length} of ${n}`,
    ),
  ]
}
