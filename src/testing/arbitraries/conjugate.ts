/**
 * Random conjugate pairs, with z drawn per datum or shared by all n data.
 *
 *   normal      z ~ N(m, s²)             x | z ~ N(z, t²)                per datum
 *   logNormal   z ~ LogNormal(m, s²)     x | z ~ LogNormal(log z, t²)    per datum
 *   shared      z ~ N(m, s²)             x_i | z ~ N(z, t²), i = 1 … n   one z for the data set
 *
 *   z | x_1 … x_n ~ N(v (m/s² + Σ x_i/t²), v),  v = 1/(1/s² + n/t²)      (of log z and log x in the second)
 */
import * as fc from 'fast-check'
import { logNormal } from '../../dsl/distributions/logNormal.js'
import { normal } from '../../dsl/distributions/normal.js'
import type { AnyModel } from '../../dsl/model.js'
import { dense } from '../../dsl/nets/dense.js'
import { log } from '../../dsl/operations/functions.js'
import { positive, real } from '../../dsl/space.js'
import {
  type AnyContext,
  type AnyReal,
  arrayOf,
  type BoundCase,
  bindAny,
  emptyModel,
  givenAny,
  netsAny,
  seeds,
  sharedAny,
} from './boundCase.js'
import { streamOf } from './stream.js'

/** The pairs. */
export type ConjugateKind = 'normal' | 'logNormal' | 'shared'

/** The numbers of a pair: prior N(m, s²), noise t, proposal N(a x + b, r²) (with a = 0 where z is shared). */
export interface ConjugateFacts {
  readonly kind: ConjugateKind
  readonly m: number
  readonly s: number
  readonly t: number
  readonly a: number
  readonly b: number
  readonly r: number
  /** The data, or their logarithms: Gaussian either way. */
  readonly xs: readonly number[]
}

type Facts = ConjugateFacts
type Affine = Pick<Facts, 'a' | 'b' | 'r'>
type Call = (x: unknown) => AnyReal

/** The posterior of z given one x, or of the shared z given all. */
export const conjugatePosterior = (f: Facts): Affine => {
  const n = f.kind === 'shared' ? f.xs.length : 1
  const v = 1 / (1 / f.s ** 2 + n / f.t ** 2)
  const sum = f.kind === 'shared' ? f.xs.reduce((a, b) => a + b, 0) : 0
  return {
    a: f.kind === 'shared' ? 0 : v / f.t ** 2,
    b: v * (f.m / f.s ** 2 + sum / f.t ** 2),
    r: Math.sqrt(v),
  }
}

const prior = (f: Facts): AnyModel =>
  f.kind === 'shared'
    ? sharedAny('z', () => normal({ loc: f.m, scale: f.s as 1 }))(emptyModel)
    : bindAny('z', () => (f.kind === 'normal' ? normal : logNormal)({ loc: f.m, scale: f.s as 1 }))(
        emptyModel,
      )

const likelihood = (f: Facts) =>
  bindAny('x', ({ z }: AnyContext) =>
    f.kind === 'logNormal'
      ? logNormal({ loc: log(z as never) as AnyReal, scale: f.t as 1 })
      : normal({ loc: z as AnyReal, scale: f.t as 1 }),
  )

const family = (f: Facts, { r, b }: Affine): AnyModel => {
  if (f.kind === 'shared')
    return sharedAny('z', () => normal({ loc: b, scale: r as 1 }))(givenAny({ x: real() }))
  const space = f.kind === 'logNormal' ? positive() : real()
  return bindAny('z', ({ x, encode }: AnyContext) => {
    const loc = (encode as Call)(f.kind === 'logNormal' ? log(x as never) : x)
    return f.kind === 'logNormal' ? logNormal({ loc, scale: r as 1 }) : normal({ loc, scale: r as 1 })
  })(netsAny({ encode: dense(real(), real()) })(givenAny({ x: space })))
}

const paramsOf = (f: Facts, { a, b }: Affine) =>
  f.kind === 'shared' ? {} : { encode: { kernel: arrayOf([1, 1], [a]), bias: arrayOf([1], [b]) } }

/** A random conjugate pair from a seed. */
export const conjugateCase = (
  seed: number,
  kind: ConjugateKind = (['normal', 'logNormal', 'shared'] as const)[seed % 3] as ConjugateKind,
): BoundCase<ConjugateFacts> & { readonly posterior: AnyModel } => {
  const s = streamOf(seed)
  const number = () => s.normals(1)[0] as number
  const rows = s.integer(1, 4)
  const x = s.normals(rows, 1.5).map((y) => (kind === 'logNormal' ? Math.fround(Math.exp(y)) : y))
  const numbers = {
    m: number(),
    s: s.uniform(0.4, 2),
    t: s.uniform(0.4, 2),
    a: kind === 'shared' ? 0 : 0.5 * number(),
    b: number(),
    r: s.uniform(0.3, 1.5),
  }
  const facts: Facts = { kind, ...numbers, xs: kind === 'logNormal' ? x.map(Math.log) : x }
  const posterior = conjugatePosterior(facts)
  return {
    description: `conjugate pair (${kind}) with ${rows} data`,
    p: likelihood(facts)(prior(facts)),
    q: family(facts, facts),
    posterior: family(facts, posterior),
    params: paramsOf(facts, facts),
    posteriorParams: paramsOf(facts, posterior),
    data: { x },
    shared: kind === 'shared',
    facts,
  }
}

/** Random conjugate pairs. */
export const conjugatePairs = (): fc.Arbitrary<BoundCase<ConjugateFacts>> =>
  fc
    .tuple(seeds(), fc.constantFrom('normal', 'logNormal', 'shared'))
    .map(([seed, kind]) => conjugateCase(seed, kind as ConjugateKind))
