/**
 * adversarial({ real, fake, nets, score }, payoff): what a critic and a generator maximize, as two objectives.
 *
 *   critic       E_real[φ(s)] + E_fake[ψ(s)]        generator   E_fake[χ(s)]        s = score(context), the critic's output
 *
 *   minimax        log σ(s)          log σ(−s)         −log σ(−s)       zero-sum: 2 JSD − log 4 at the optimum
 *   nonSaturating  log σ(s)          log σ(−s)         log σ(s)         Goodfellow et al., 2014, section 3
 *   leastSquares   −½ (s − 1)²       −½ s²             −½ (s − 1)²      Mao et al., 2017, equation 9
 *   hinge          −max(0, 1 − s)    −max(0, 1 + s)    s                Lim and Ye, 2017
 *   wasserstein    s                 −s                s                Arjovsky et al., 2017; the critic must be Lipschitz
 *
 * A payoff is a record of three functions: who needs another one passes it. The models share the names that the score reads;
 * the fake one takes no real data, and needs no density. `accuracy` is the share of real and fake data that the critic tells
 * apart, ½ P_real(s > c) + ½ P_fake(s < c), where a score of c counts half, for a monitor of `fit`; c is the payoff's `undecided`, and the midpoint between the two
 * mean scores where it has none. Units: nats for the first two rows, those of the score else.
 * Errors: tag `option`, and those of `contest`. Tested in tests/inference/adversarial.test.ts; the law of the value in tests/laws/games.test.ts.
 */
import { nonNegative, real as realDomain } from '../dsl/domain.js'
import type { Real } from '../dsl/domains/marks.js'
import { fail } from '../dsl/error.js'
import type { Model, Nets } from '../dsl/model.js'
import { type AnyObjective, type Environment, plus } from '../dsl/objective.js'
import { add, mul, neg, square, sub } from '../dsl/operations/arithmetic.js'
import { greater, less } from '../dsl/operations/comparisons.js'
import { logSigmoid, relu } from '../dsl/operations/functions.js'
import { type Value, withDomain } from '../dsl/value.js'
import { type Contest, type OfBoth, type OfFake, requireContest } from './contest.js'
import { expect } from './expect.js'

type Scalar = Value<[], Real>
type ScalarMap = (score: Scalar) => Scalar

/** What a critic and a generator get for a score. */
export interface Payoff {
  /** The critic's payoff for a real datum. */
  readonly real: ScalarMap
  /** The critic's payoff for a fake one. */
  readonly fake: ScalarMap
  /** The generator's payoff. */
  readonly generator: ScalarMap
  /** The score at which the critic is undecided; none where only differences of scores mean something. */
  readonly undecided?: number
}

const half = (x: Scalar): Scalar => mul(0.5, x) as Scalar
const asReal = (x: Value<[], unknown>): Scalar => withDomain(x, realDomain)
const minusHalfSquare = (x: Scalar): Scalar => neg(half(square(x) as Scalar)) as Scalar
const hingeAt = (x: Scalar): Scalar => asReal(neg(withDomain(relu(x), nonNegative)))

const logLikelihood = {
  real: (s: Scalar) => logSigmoid(s),
  fake: (s: Scalar) => logSigmoid(neg(s)),
  undecided: 0,
}

/** The payoffs, by name. */
export const payoffs = {
  minimax: { ...logLikelihood, generator: (s) => neg(logSigmoid(neg(s))) },
  nonSaturating: { ...logLikelihood, generator: (s) => logSigmoid(s) },
  leastSquares: {
    real: (s) => minusHalfSquare(sub(s, 1)),
    fake: (s) => minusHalfSquare(s),
    generator: (s) => minusHalfSquare(sub(s, 1)),
    undecided: 0.5,
  },
  hinge: {
    real: (s) => hingeAt(sub(1, s)),
    fake: (s) => hingeAt(add(1, s)),
    generator: (s) => s,
    undecided: 0,
  },
  wasserstein: { real: (s) => s, fake: (s) => neg(s), generator: (s) => s },
} as const satisfies Record<string, Payoff>

/** Name of a payoff. */
export type PayoffName = keyof typeof payoffs

/** What the two sides maximize, and how well the critic tells real from fake. */
export interface Adversaries<P, Q, N> {
  readonly critic: OfBoth<P, Q, N>
  readonly generator: OfFake<Q, N>
  readonly accuracy: OfBoth<P, Q, N>
}

/** The score at which the critic is undecided. */
const threshold = (
  payoff: Payoff,
  env: Environment,
  real: AnyObjective,
  fake: AnyObjective,
): Scalar | number => payoff.undecided ?? half(add(real.evaluate(env), fake.evaluate(env)) as Scalar)

/** 1 above c, 0 below, ½ at c: a critic that returns one number for all is at chance. */
const shareAbove = (s: Scalar, c: Scalar | number): Scalar =>
  half(add(1, sub(asReal(greater(s, c as number)), asReal(less(s, c as number)))) as Scalar)

const requirePayoff = (payoff: Payoff | undefined): void => {
  const missing = (['real', 'fake', 'generator'] as const).filter((k) => typeof payoff?.[k] !== 'function')
  if (missing.length > 0)
    fail(
      'option',
      'payoff',
      `a payoff is three functions of a score, but ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing`,
      `use one of payoffs: ${Object.keys(payoffs).join(', ')}`,
    )
}

/** E[f(score)] under one of the two models. */
const scored =
  (model: Model, c: Contest<unknown, unknown, Nets>) =>
  (f: ScalarMap): AnyObjective =>
    expect(model, c.nets, ((context: never) => f(c.score(context))) as never) as unknown as AnyObjective

/** The objectives of a critic and a generator for a payoff, and the critic's accuracy. */
export const adversarial = <P extends Model, Q extends Model, const N extends Nets>(
  contest: Contest<P, Q, N>,
  payoff: Payoff,
): Adversaries<P, Q, N> => {
  requirePayoff(payoff)
  requireContest(contest as never)
  const onReal = scored(contest.real, contest as never)
  const onFake = scored(contest.fake, contest as never)
  const critic = plus(onReal(payoff.real), onFake(payoff.fake))
  const [realScore, fakeScore] = [onReal((s) => s), onFake((s) => s)]
  const accuracyAt = (c: Scalar | number): AnyObjective =>
    plus(
      onReal((s) => half(shareAbove(s, c))),
      onFake((s) => half(sub(1, shareAbove(s, c)) as Scalar)),
    )
  return {
    critic: { ...critic, description: 'critic' },
    generator: { ...onFake(payoff.generator), description: 'generator' },
    accuracy: {
      ...critic,
      description: 'accuracy of the critic',
      evaluate: (env: Environment) => accuracyAt(threshold(payoff, env, realScore, fakeScore)).evaluate(env),
    },
  } as unknown as Adversaries<P, Q, N>
}
