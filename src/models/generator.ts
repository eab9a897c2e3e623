/**
 * The parts that the adversarial families share: the space of the data, its scale, and the generator.
 *
 *   z ~ N(0, I)          u = G(z)          x = center + spread · u
 *
 * Critics look at u = (x − center) / spread, numbers of order one, whatever the units of the data: penalties on slopes and learning
 * rates then mean the same for all. The generator is implicit: x has no density, and no data reaches it.
 */
import { pipe } from 'fp-ts/lib/function.js'
import { standardNormal } from '../dsl/distributions/normal.js'
import { push } from '../dsl/distributions/push.js'
import type { Real } from '../dsl/domains/marks.js'
import { fail } from '../dsl/error.js'
import type { Net, NetFunction } from '../dsl/net.js'
import { mlp } from '../dsl/nets/dense.js'
import { bind, Do, empirical, letTo, nets } from '../dsl/notation.js'
import { minus, type Objective, scale } from '../dsl/objective.js'
import { add, div, mul, sub } from '../dsl/operations/arithmetic.js'
import { real, type Space, unit } from '../dsl/space.js'
import { type Value, withDomain } from '../dsl/value.js'

/** A net on vectors. */
export type VectorNet<Y> = Net<NetFunction<Space<[number], Real>, Y>>

/** What the data are like. */
export interface DataScale {
  /** Entries of x. */
  readonly size: number
  /** Whether entries lie in [0, 1] or anywhere; anywhere unless named. */
  readonly domain?: 'Real' | 'Unit'
  /** The middle of the entries; 0 unless named, and not for entries in [0, 1]. */
  readonly center?: number
  /** Their deviation; 1 unless named, and not for entries in [0, 1]. */
  readonly spread?: number
}

/** What a generator is made of. */
export interface GeneratorOptions extends DataScale {
  /** Entries of the noise z. */
  readonly latent: number
  /** Units of the hidden layers of the generator, and in the same order of the critic. */
  readonly hidden: readonly number[]
  /** In place of a multilayer perceptron: a net from the noise to u. */
  readonly generator?: VectorNet<Vector>
}

/** The weight of R1 that bench/games found to do well for data of order one. */
export const R1 = 0.1

/** A vector of real numbers. */
export type Vector = Value<[number], Real>

/** A weight of an objective; a negative one would reward what it should restrain. Errors: tag `option`. */
export const weightOf = (name: string, x: number): number =>
  x >= 0 && x < Infinity
    ? x
    : fail('option', name, `${name} must be a number >= 0, but ${x} was given`, `pass { ${name}: 0.1 }`)

const requireScale = ({ center = 0, spread = 1 }: DataScale): void => {
  if (!Number.isFinite(center))
    fail(
      'option',
      'center',
      `center must be a number, but ${center} was given`,
      'pass the mean of the entries',
    )
  if (!(spread > 0 && spread < Infinity))
    fail('option', 'spread', `spread must be a number > 0, but ${spread} was given`, 'pass their deviation')
}

/** The space of the data: Unit is within Real, and a generator that ends in it stays in it. */
export const spaceOf = (o: DataScale): Space<[number], Real> => {
  requireScale(o)
  return o.domain === 'Unit'
    ? (unit(o.size) as Space<[number], never> as Space<[number], Real>)
    : real(o.size)
}

/** x in numbers of order one. */
export const scaled = (x: Vector, { center = 0, spread = 1, domain }: DataScale): Vector =>
  domain === 'Unit' || (center === 0 && spread === 1) ? x : div(sub(x, center), spread)

/** The inverse of `scaled`. */
export const unscaled = (u: Vector, { center = 0, spread = 1, domain }: DataScale): Vector =>
  domain === 'Unit' || (center === 0 && spread === 1)
    ? u
    : (withDomain(add(center, mul(spread, u)), u.domain) as Vector)

/** The data, as x and in numbers of order one as u. */
export const dataModel = (o: DataScale) =>
  pipe(
    empirical({ x: spaceOf(o) }),
    letTo('u', ({ x }) => scaled(x, o)),
  )

/** z ~ N(0, I), u = G(z), x = center + spread · u. */
export const generatorModel = (o: GeneratorOptions) =>
  pipe(
    Do,
    nets({ G: o.generator ?? mlp(real(o.latent), o.hidden, spaceOf(o)) }),
    bind('z', () => standardNormal(o.latent)),
    letTo('u', ({ z, G }) => G(z)),
    bind('x', ({ u }) => push(unscaled(u, o))),
  )

/** What a critic maximizes less a penalty of this weight; without the penalty, and its cost, where the weight is 0. */
export const penalized = <T, D>(
  critic: Objective<T, D>,
  weight: number,
  penalty: () => Objective<T, D>,
): Objective<T, D> =>
  weight === 0 ? critic : (minus(critic, scale(weight, penalty())) as unknown as Objective<T, D>)
