/**
 * Penalties on the slope of a critic, s(x) its score, each an objective >= 0, to be subtracted:
 * minus(value, scale(10, gradientPenalty({ real, fake, nets: { D }, score: ({ x, D }) => D(x) })))
 *
 *   gradientPenalty   E (|∇s(x̂)| − 1)²      x̂ = u x + (1 − u) x', x real, x' fake, u ~ U(0, 1) for each datum
 *   r1                ½ E |∇s(x)|²          x real
 *   r2                ½ E |∇s(x')|²         x' fake
 *   dragan            E (|∇s(x̂)| − 1)²      x̂ = x + 0.5 · deviation · ε, x real, ε ~ N(0, I)
 *
 * Units: those of s per unit of x, squared. The gradient is with respect to the site named by `at`; whatever else the score
 * sees is as in the model that x comes from (real, for x̂). Where one score judges several data (`pack`), the norm is over all of
 * them. Points are constants: the penalty is a function of the critic's parameters, and no gradient passes to the generator.
 * They are drawn with the noise of the objectives beside it, so the critic is penalized at the very samples it scores, except that a
 * real x of x̂ which a model draws is independent of x'; no site is enumerated. The norm is differentiable at 0 (src/dsl/operations/norms.ts).
 * Errors: tag `model`, when a model has no such site, and those of `contest`; `option`. Gulrajani et al., 2017, eq. 3; Mescheder, Geiger and Nowozin,
 * 2018, eq. 9 and 10; Kodali et al., 2017, eq. 1. Tested in tests/inference/penalties.test.ts and, through every activation and
 * layer, in tests/inference/secondOrder*.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { isOwnAxis } from '../dsl/axes.js'
import { circle, count, isWithin, join, nonNegative, oneHot, real, simplex, unit } from '../dsl/domain.js'
import type { AnyDomain, Real } from '../dsl/domains/marks.js'
import { fail, type GiryError, giryError, throwAll } from '../dsl/error.js'
import { type AnyModel, datumAxis, type Model, type Nets } from '../dsl/model.js'
import { detach } from '../dsl/numerics/stopGradient.js'
import { type Environment, type Objective, plus } from '../dsl/objective.js'
import { maximum, mul, square, sub } from '../dsl/operations/arithmetic.js'
import { gradient } from '../dsl/operations/gradient.js'
import { norm, squaredNorm } from '../dsl/operations/norms.js'
import { pack } from '../dsl/operations/packing.js'
import type { Shape } from '../dsl/shape.js'
import { type AnyValue, constant, elementwise, isValue, makeValue, type Value } from '../dsl/value.js'
import { type Contest, type OfBoth, scoreNames } from './contest.js'
import { expect } from './expect.js'
import { drawSites, expectation } from './expectation.js'

/** By what the score is differentiated. */
export interface SlopeOptions {
  /** Name of a site or input of both models; `x` unless named. */
  readonly at?: string
}

/** Which norm of the slope is right. */
export interface NormOptions extends SlopeOptions {
  /** 1 unless named. */
  readonly target?: number
  /** Penalize only norms above the target; false unless named. */
  readonly oneSided?: boolean
}

/** How far from the data dragan looks. */
export interface DraganOptions extends NormOptions {
  /** In standard deviations of the batch, over all of its numbers; 0.5 unless named. */
  readonly noise?: number
}

type Values = Readonly<Record<string, unknown>>

interface AnyCritic {
  readonly real: AnyModel
  readonly fake: AnyModel
  readonly nets: Nets
  readonly score: (context: never) => unknown
}

/** Draws one of the models: with the noise of the objectives beside the penalty, or of a stream of its own. */
type Draw = (which: 'real' | 'fake', stream?: string) => Values

/** A penalty: the context in which the slope is taken, and what a slope costs. */
interface Rule {
  readonly description: string
  readonly context: (draw: Draw, env: Environment) => Values
  readonly cost: (slope: Value<Shape, Real>) => Value<[], Real>
}

const siteFault = (which: 'real' | 'fake', model: AnyModel, at: string): readonly GiryError[] => {
  const names = [...Object.keys(model.given), ...Object.keys(model.entries)]
  const has = names.length === 0 ? 'it has none' : `it has ${names.map((n) => `'${n}'`).join(', ')}`
  return names.includes(at)
    ? []
    : [
        giryError(
          'model',
          which,
          `the slope is taken at '${at}', but '${which}' has no such site: ${has}`,
          "name a site of both models with { at: '…' }",
        ),
      ]
}

/** A score that reads what was computed from x, and not x, has slope 0 at x, and nothing would be penalized. */
const requireRead = (read: ReadonlySet<string>, { real, fake, nets }: AnyCritic, at: string): void => {
  if (read.has(at)) return
  const others = [...read]
    .filter((name) => !(name in { ...real.nets, ...fake.nets, ...nets }))
    .map((name) => `'${name}'`)
  fail(
    'model',
    at,
    `the slope is taken at '${at}', but the score does not read it: it reads ${others.join(', ') || 'nothing else than nets'}`,
    others.length === 0 ? 'score the data' : `name what the score reads, for example { at: ${others[0]} }`,
  )
}

/** The values of a context as constants: no gradient passes to what they were computed from. */
const detached = (context: Values): Values =>
  Object.fromEntries(
    Object.entries(context).map(([name, v]) => [
      name,
      isValue(v) ? elementwise('detach', v.domain, (t) => detach(t as tf.Tensor), v) : v,
    ]),
  )

const dataOf = (v: AnyValue): number => v.axes.find((a) => a.name === datumAxis)?.size ?? 1

/** ∂ score / ∂ x. Where one score judges m data, their slopes are side by side. */
const slopeAt = (score: (context: never) => unknown, context: Values, at: string): Value<Shape, Real> => {
  const x = context[at] as AnyValue
  let judged = 1
  const slope = gradient((free: AnyValue) => {
    const y = score({ ...context, [at]: free } as never) as Value<[], Real>
    if (isValue(y)) judged = dataOf(free) / dataOf(y)
    return y
  }, x)
  return judged === 1 ? slope : pack(judged, slope)
}

const penalty = (critic: AnyCritic, at: string, rule: Rule): Objective => {
  throwAll([...siteFault('real', critic.real, at), ...siteFault('fake', critic.fake, at)])
  requireRead(scoreNames(critic as unknown as Contest<unknown, unknown, unknown>), critic, at)
  const none = () => constant(0) as Value<[], Real>
  // The sum has the nets and the data of both models, checked against each other; only its value is another.
  const both = plus(
    expect(critic.real as Model, critic.nets, none),
    expect(critic.fake as Model, critic.nets, none),
  )
  const evaluate = (env: Environment): Value<[], Real> => {
    const extra = Object.fromEntries(Object.keys(critic.nets).map((name) => [name, env.functions[name]]))
    const draw: Draw = (which, stream) => {
      const from = stream === undefined ? env : { ...env, noise: env.noise.child(stream) }
      return detached({ ...extra, ...drawSites(critic[which] as Model, () => 'pathwise', 1, from).context })
    }
    const value = rule.cost(slopeAt(critic.score, rule.context(draw, env), at))
    const plates = value.axes.flatMap((a) => (isOwnAxis(a.name) ? [] : [a.name]))
    const term = { site: rule.description, label: 'slope', shared: false, plates: [], value }
    return expectation([term], { context: {}, drawn: [], plates }, env)
  }
  return { ...both, description: rule.description, evaluate } as Objective
}

/** The smallest known domain that contains every mixture of elements of d. */
const hull = (d: AnyDomain): AnyDomain => {
  if (isWithin(d, oneHot)) return simplex
  if (isWithin(d, count)) return isWithin(d, unit) ? unit : nonNegative
  return isWithin(d, circle) ? real : d
}

/** u a + (1 − u) b, with one u for each element of the batch. */
const between = (a: AnyValue, b: AnyValue, env: Environment): AnyValue => {
  const sizes = a.axes.map((axis) => axis.size)
  const u = makeValue(env.noise.child('penalty/between').uniform(sizes), [], unit, a.axes)
  const mix = (w: tf.Tensor, x: tf.Tensor, y: tf.Tensor) => tf.add(y, tf.mul(w, tf.sub(x, y)))
  return elementwise(
    'between',
    hull(join(a.domain, b.domain)),
    mix as (...ts: tf.Tensor[]) => tf.Tensor,
    u,
    a,
    b,
  )
}

/** x + c · deviation · ε, the deviation taken over all numbers of the batch. */
const around = (x: AnyValue, c: number, env: Environment): AnyValue => {
  const noise = env.noise.child('penalty/around').normal(x.tensor.shape)
  const deviation = tf.sqrt(tf.moments(x.tensor).variance)
  return { ...x, domain: real, tensor: tf.add(x.tensor, tf.mul(tf.mul(deviation, c), noise)) }
}

const fromTarget =
  ({ target = 1, oneSided = false }: NormOptions) =>
  (slope: Value<Shape, Real>): Value<[], Real> => {
    const excess = sub(norm(slope), target)
    return square(oneSided ? maximum(excess, 0) : excess)
  }

const half = (slope: Value<Shape, Real>): Value<[], Real> => mul(0.5, squaredNorm(slope))

const requireFinite = (name: string, option: string, x: number): void => {
  if (!Number.isFinite(x) || x < 0)
    fail('option', name, `${name} cannot have ${option} ${x}`, 'use a number >= 0')
}

/** A penalty as a function of the critic, of any types of models. */
type Penalize<O> = <
  P extends Model,
  Q extends Model,
  // biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
  const N extends Nets = {},
>(
  critic: Contest<P, Q, N>,
  options?: O,
) => OfBoth<P, Q, N>

/** E (|∇s(x̂)| − target)² on lines between real and fake data: the penalty of WGAN-GP. */
export const gradientPenalty: Penalize<NormOptions> = ((critic: AnyCritic, options: NormOptions = {}) => {
  const { at = 'x', target = 1 } = options
  requireFinite('gradientPenalty', 'target', target)
  return penalty(critic, at, {
    description: 'gradient penalty',
    context: (draw, env) => {
      // Independent: with one stream, a site that both models draw would tie x to x'.
      const [a, b] = [draw('real', 'penalty/real'), draw('fake')]
      return { ...a, [at]: between(a[at] as AnyValue, b[at] as AnyValue, env) }
    },
    cost: fromTarget(options),
  })
}) as never

/** ½ E |∇s|² on real data. */
export const r1: Penalize<SlopeOptions> = ((critic: AnyCritic, { at = 'x' }: SlopeOptions = {}) =>
  penalty(critic, at, { description: 'R1', context: (draw) => draw('real'), cost: half })) as never

/** ½ E |∇s|² on fake data. */
export const r2: Penalize<SlopeOptions> = ((critic: AnyCritic, { at = 'x' }: SlopeOptions = {}) =>
  penalty(critic, at, { description: 'R2', context: (draw) => draw('fake'), cost: half })) as never

/** E (|∇s(x̂)| − target)² around real data. */
export const dragan: Penalize<DraganOptions> = ((critic: AnyCritic, options: DraganOptions = {}) => {
  const { at = 'x', target = 1, noise = 0.5 } = options
  requireFinite('dragan', 'target', target)
  requireFinite('dragan', 'noise', noise)
  return penalty(critic, at, {
    description: 'DRAGAN penalty',
    context: (draw, env) => {
      const a = draw('real')
      return { ...a, [at]: around(a[at] as AnyValue, noise, env) }
    },
    cost: fromTarget(options),
  })
}) as never
