/**
 * kl(q, p): the Kullback-Leibler divergence of two distributions on one space, and how it was found.
 *
 *   KL(q ‖ p) = E_q[log q(x) − log p(x)] >= 0, in nats, summed over the event
 *
 *   closed form   where the table of closed forms has the pair (src/dsl/kl.ts); standard error 0
 *   Monte Carlo   otherwise: the mean over `particles` draws of q, with its standard error s / √particles
 *
 * The result has the axes of the parameters. The support of q must lie within that of p, under one reference measure,
 * and both need a density: otherwise it does not compile, and fails with tag `model` at run time.
 * Tested in tests/inference/kl.test.ts.
 */

import * as tf from '@tensorflow/tfjs'
import { type AnyDistribution, type AnyEventSpace, can, type Distribution } from '../dsl/distribution.js'
import { absolutelyContinuous } from '../dsl/domain.js'
import type { DomainName, Measure, Real } from '../dsl/domains/marks.js'
import { type GiryError, giryError, throwAll } from '../dsl/error.js'
import { type KlTable, klRule } from '../dsl/kl.js'
import { sub } from '../dsl/operations/arithmetic.js'
import { type SameShape, type Shape, type ShapeName, sameShape } from '../dsl/shape.js'
import { shown } from '../dsl/shown.js'
import { type AnyValue, expandAxes, makeValue, meanOver, showSpaceOf, type Value } from '../dsl/value.js'
import { noiseFromSeed } from '../runtime/noise.js'
import { logDensity } from './estimators/draws.js'
import { type NamesOf, nameFaults } from './optionNames.js'

type Scalar = Value<[], Real>

/** A divergence, with the method that was taken. */
export interface Divergence {
  /** Nats, with the axes of the parameters. */
  readonly value: Value<[], Real>
  readonly method: 'closed form' | 'Monte Carlo'
  /** Standard error of the value; 0 for a closed form. */
  readonly standardError: Value<[], Real>
}

/** Options of a divergence. */
export interface KlOptions {
  /** Draws where there is no closed form; 1000 if left out. */
  readonly particles?: number
  /** Seed of the draws; 0 if left out. */
  readonly seed?: number
  /** A larger table of closed forms; an empty one always samples. */
  readonly klTable?: KlTable
}

const names = { particles: true, seed: true, klTable: true } satisfies NamesOf<KlOptions>

type MarksOf<X> = X extends { readonly domain: { readonly marks: infer D } } ? D : never
type ShapeIn<X> = X extends { readonly shape: infer S extends Shape } ? S : never
type SpaceName<X> = `${DomainName<MarksOf<X>>}${ShapeName<ShapeIn<X>>}`

/** Accepts q and p of one shape, the support of q within that of p; otherwise a sentence. */
export type Comparable<Q, P> = [SameShape<ShapeIn<Q>, ShapeIn<P>>, Measure<MarksOf<Q>>, MarksOf<Q>] extends [
  true,
  Measure<MarksOf<P>>,
  MarksOf<P>,
]
  ? unknown
  : `KL(q ‖ p) needs the support of q within that of p, but q lives on ${SpaceName<Q>} and p on ${SpaceName<P>}`

const faults = (q: AnyDistribution, p: AnyDistribution, options: KlOptions): readonly GiryError[] => [
  ...[q, p].flatMap((d) =>
    can(d, 'density')
      ? []
      : [
          giryError(
            'model',
            'kl',
            `KL(q ‖ p) needs densities, but ${d.family} has none`,
            'use a distribution with a density',
          ),
        ],
  ),
  ...(sameShape(q.space.shape, p.space.shape) && absolutelyContinuous(q.space.domain, p.space.domain)
    ? []
    : [
        giryError(
          'model',
          'kl',
          `KL(q ‖ p) needs the support of q within that of p, but q lives on ${showSpaceOf(q.space)} and p on ${showSpaceOf(p.space)}`,
          'compare distributions on one space',
        ),
      ]),
  ...nameFaults('kl', Object.keys(names), options),
  ...(options.particles !== undefined && !(Number.isInteger(options.particles) && options.particles >= 2)
    ? [
        giryError(
          'option',
          'particles',
          `particles must be a whole number >= 2, but ${shown(options.particles)} was given`,
          'use 1000, or more for a smaller standard error',
        ),
      ]
    : []),
]

/** KL(q ‖ p) in nats. */
export const kl = <XQ extends AnyEventSpace, XP extends AnyEventSpace>(
  q: Distribution<XQ, 'density'>,
  p: Distribution<XP, 'density'> & Comparable<XQ, XP>,
  options: KlOptions = {},
): Divergence => {
  const from: AnyDistribution = q
  const to = p as Distribution<XP, 'density'> as AnyDistribution
  throwAll(faults(from, to, options))
  return tf.tidy(() => divergence(from, to, options) as never) as unknown as Divergence
}

const divergence = (q: AnyDistribution, p: AnyDistribution, options: KlOptions): Divergence => {
  const value = klRule(q, p, options.klTable)?.()
  return value === undefined
    ? sampled(q, p, options.particles ?? 1000, options.seed ?? 0)
    : { value, method: 'closed form', standardError: zeroLike(value) }
}

const zeroLike = (v: Scalar): Scalar => makeValue(tf.zerosLike(v.tensor), [], v.domain, v.axes)

/** An axis that no parameter has. */
const particleAxis = 'particle of kl'

/** The mean of log q − log p over draws of q, and its standard error. */
const sampled = (q: AnyDistribution, p: AnyDistribution, particles: number, seed: number): Divergence => {
  const axis = { name: particleAxis, size: particles }
  const x: AnyValue = q.sample(noiseFromSeed(seed), [axis])
  const ratio = expandAxes(sub(logDensity(q, x), logDensity(p, x)) as Scalar, [axis])
  return {
    value: meanOver(ratio, [particleAxis]),
    method: 'Monte Carlo',
    standardError: standardErrorOf(ratio, particles),
  }
}

/** s / √n with s² the unbiased variance. */
const standardErrorOf = (ratio: Scalar, n: number): Scalar => {
  const deviation = sub(ratio, meanOver(ratio, [particleAxis])) as Scalar
  const variance = meanOver({ ...deviation, tensor: tf.square(deviation.tensor) }, [particleAxis])
  return { ...variance, tensor: tf.sqrt(tf.div(variance.tensor, n - 1)) }
}
