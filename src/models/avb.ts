/**
 * Adversarial variational Bayes: the bound with an implicit q, whose density a critic stands in for.
 *
 *   ε ~ N(0, I),  z = E(x, ε)            T: E_q[log σ(T(x, z))] + E_prior[log σ(−T(x, z))],   T* = log q(z | x) − log p(z)
 *   E and G: E_q[log p(x | z)] − E_q[T(x, z)]        = L_b at T*
 *
 * `elbo` refuses this q, which has no density; with T in the place of log q − log p the game restores the bound, exactly at the
 * optimal critic. Mescheder, Nowozin and Geiger, 2017, "Adversarial variational Bayes", equation 3.5. Nats.
 * Tested in tests/models/games.test.ts.
 */
import { pipe } from 'fp-ts/lib/function.js'
import { standardNormal } from '../dsl/distributions/normal.js'
import { push } from '../dsl/distributions/push.js'
import { game } from '../dsl/game.js'
import { mlp } from '../dsl/nets/dense.js'
import { bind, empirical, letTo, nets } from '../dsl/notation.js'
import { sub } from '../dsl/operations/arithmetic.js'
import { concat } from '../dsl/operations/joining.js'
import { real } from '../dsl/space.js'
import { adversarial, payoffs } from '../inference/adversarial.js'
import { contest } from '../inference/contest.js'
import { expect } from '../inference/expect.js'
import { type AutoencoderOptions, likelihood } from './autoencoder.js'
import type { GameFamily } from './family.js'
import { builtGame, decided, type GameOptions, gameCodec, gameDefaults, recipeFor } from './gameFamily.js'
import { generatorModel, scaled, spaceOf } from './generator.js'

/** Adversarial variational Bayes: its game, the implicit q, the model of data, the accuracy of the critic, the bound it estimates. */
export const avb = (o: AutoencoderOptions) => {
  const given_ = pipe(
    empirical({ x: spaceOf(o) }),
    letTo('u', ({ x }) => scaled(x, o)),
  )
  const q = pipe(
    given_,
    nets({ E: mlp(real(o.size + o.latent), o.hidden, real(o.latent)) }),
    bind('noise', () => standardNormal(o.latent)),
    bind('z', ({ u, noise, E }) => push(E(concat(u, noise)))),
  )
  const prior = pipe(
    given_,
    bind('z', () => standardNormal(o.latent)),
  )
  const fake = generatorModel(o)
  const T = mlp(real(o.size + o.latent), o.hidden, real())
  const duel = contest({ real: q, fake: prior, nets: { T }, score: ({ u, z, T }) => T(concat(u, z)) })
  const { critic, accuracy } = adversarial(duel, payoffs.minimax)
  const bound = expect(q, { G: fake.nets.G, T }, ({ u, z, G, T }) =>
    sub(likelihood(o, G(z)).logProb(u), T(concat(u, z))),
  )
  return {
    game: game({
      T: { owns: ['T'], maximize: critic },
      'E, G': { owns: ['E', 'G'], maximize: bound },
    }),
    q,
    fake,
    accuracy,
    bound,
  }
}

/** Adversarial variational Bayes in the registry. */
export const avbFamily: GameFamily<GameOptions> = {
  name: 'avb',
  summary: 'adversarial variational Bayes: an implicit q, with a critic for its density',
  labelled: false,
  options: gameCodec('avb'),
  defaults: gameDefaults,
  build: (data, options) =>
    builtGame(avb({ ...decided(data, options) }), {
      judges: 'codes',
      recipe: recipeFor({ T: 1e-3, 'E, G': 1e-3 }),
      latent: decided(data, options).latent,
    }),
}
