/**
 * InfoGAN: a part of the noise is a code that must be readable off the fake datum.
 *
 *   z ~ N(0, I),  c ~ Uniform over K,  a ~ N(0, I)        x = G(z, c, a)
 *   G and Q: E[χ(D(x))] + λ (E[log Q(c | x)] + E[log Q(a | x)])        D: as in a GAN
 *
 * E[log Q(c | x)] + H(c) is a lower bound of the mutual information of the code and x, the variational bound of the language
 * with the generator as the model: a game and a bound add up. Chen et al., 2016, equations 4 to 6. Nats.
 * Tested in tests/models/games.test.ts.
 */

import * as tf from '@tensorflow/tfjs'
import { pipe } from 'fp-ts/lib/function.js'
import { normal, standardNormal } from '../dsl/distributions/normal.js'
import { oneHotCategorical } from '../dsl/distributions/oneHotCategorical.js'
import { push } from '../dsl/distributions/push.js'
import { standardUniform } from '../dsl/distributions/uniform.js'
import type { OneHot } from '../dsl/domains/marks.js'
import { game } from '../dsl/game.js'
import { gaussian, mlp } from '../dsl/nets/dense.js'
import { bind, Do, letTo, nets } from '../dsl/notation.js'
import { oneHotOf } from '../dsl/numerics/oneHotOf.js'
import { minus, plus, scale } from '../dsl/objective.js'
import { add } from '../dsl/operations/arithmetic.js'
import { concat } from '../dsl/operations/joining.js'
import { lift } from '../dsl/operations/lift.js'
import { oneHot, real } from '../dsl/space.js'
import type { Value } from '../dsl/value.js'
import { adversarial, payoffs } from '../inference/adversarial.js'
import { contest } from '../inference/contest.js'
import { expect } from '../inference/expect.js'
import { r1 } from '../inference/penalties.js'
import type { GameFamily } from './family.js'
import {
  builtGame,
  decided,
  type PayoffOptions,
  payoffCodec,
  payoffDefaults,
  recipeFor,
  scaleOf,
  surfaceOf,
} from './gameFamily.js'
import type { GanOptions } from './gan.js'
import { dataModel, R1, spaceOf, unscaled, weightOf } from './generator.js'

/** Options of an InfoGAN. */
export interface InfoganOptions extends Omit<GanOptions, 'critic' | 'generator'> {
  /** Values K of the discrete code. */
  readonly classes: number
  /** Entries of the continuous code. */
  readonly code: number
  /** Weight λ of the information; 1 unless named. */
  readonly information?: number
}

/**
 * One of k at random, from a uniform number. It is a function of noise, and no enumerable site, so that an expectation draws it
 * rather than sum over k generators.
 */
const oneOf = (k: number) =>
  lift(oneHot(k), (u: tf.Tensor) => oneHotOf(tf.clipByValue(tf.floor(tf.mul(u, k)), 0, k - 1), k), {
    elementwise: true,
  }) as unknown as (u: Value<[], unknown>) => Value<[number], OneHot>

/** An InfoGAN: its game, the data, the generator, the accuracy of the critic, and the bound of the information. */
export const infogan = (o: InfoganOptions) => {
  const data = dataModel(o)
  const fake = pipe(
    Do,
    nets({ G: mlp(real(o.latent + o.classes + o.code), o.hidden, spaceOf(o)) }),
    bind('z', () => standardNormal(o.latent)),
    bind('v', () => standardUniform()),
    letTo('c', ({ v }) => oneOf(o.classes)(v)),
    bind('a', () => standardNormal(o.code)),
    letTo('u', ({ z, c, a, G }) => G(concat(concat(z, c), a))),
    bind('x', ({ u }) => push(unscaled(u, o))),
  )
  const duel = contest({
    real: data,
    fake,
    nets: { D: mlp(spaceOf(o), o.hidden, real()) },
    score: ({ u, D }) => D(u),
  })
  const { critic, generator, accuracy } = adversarial(duel, payoffs[o.payoff ?? 'nonSaturating'])
  const Q = mlp(spaceOf(o), o.hidden, real(o.classes))
  const Qa = gaussian(spaceOf(o), o.hidden, real(o.code))
  const information = expect(fake, { Q, Qa }, ({ u, c, a, Q, Qa }) =>
    add(oneHotCategorical({ logits: Q(u) }).logProb(c), normal(Qa(u)).logProb(a)),
  )
  return {
    game: game({
      D: {
        owns: ['D'],
        maximize: minus(critic, scale(weightOf('penalty', o.penalty ?? R1), r1(duel, { at: 'u' }))),
      },
      G: {
        owns: ['G', 'Q', 'Qa'],
        maximize: plus(generator, scale(weightOf('information', o.information ?? 1), information)),
      },
    }),
    data,
    fake,
    accuracy,
    information,
  }
}

/** Values of the discrete code, where the data are not labelled. */
const CLASSES = 10

/** InfoGAN in the registry. */
export const infoganFamily: GameFamily<PayoffOptions> = {
  name: 'infogan',
  summary: 'InfoGAN: a discrete and a continuous code that can be read off x',
  labelled: false,
  options: payoffCodec('infogan'),
  defaults: payoffDefaults,
  build: (data, options) =>
    builtGame(infogan({ ...decided(data, options), classes: data.classes ?? CLASSES, code: 1 }), {
      judges: 'data',
      surface: surfaceOf(scaleOf(data)),
      recipe: recipeFor({ D: 1e-3, G: 1e-3 }),
      latent: decided(data, options).latent,
    }),
}
