/**
 * The adversarial autoencoder: a variational autoencoder whose divergence is a game.
 *
 *   q(z | x): z ~ N(E(x))        AE: E_q[log p(x | z)] + β E_q[log σ(T(z))]        T: E_prior[log σ(T(z))] + E_q[log σ(−T(z))]
 *
 * T tells codes drawn from the prior from codes of data, so the aggregate of q(z | x) over the data is driven to the prior, where the
 * bound's KL drives q(z | x) itself. p(x | z) = N(G(z), noise²) (autoencoder.ts). Nats.
 * Makhzani et al., 2016, section 2. Tested in tests/models/games.test.ts.
 */
import { pipe } from 'fp-ts/lib/function.js'
import { normal, standardNormal } from '../dsl/distributions/normal.js'
import { game } from '../dsl/game.js'
import { gaussian, mlp } from '../dsl/nets/dense.js'
import { bind, Do, given, letTo, nets } from '../dsl/notation.js'
import { plus, scale } from '../dsl/objective.js'
import { real } from '../dsl/space.js'
import { adversarial, payoffs } from '../inference/adversarial.js'
import { contest } from '../inference/contest.js'
import { expect } from '../inference/expect.js'
import { type AutoencoderOptions, likelihood } from './autoencoder.js'
import type { GameFamily } from './family.js'
import { builtGame, decided, type GameOptions, gameCodec, gameDefaults, recipeFor } from './gameFamily.js'
import { generatorModel, scaled, spaceOf, weightOf } from './generator.js'

/** An adversarial autoencoder: its game, the encoder, the model of data, the accuracy of the critic of codes. */
export const aae = (o: AutoencoderOptions) => {
  const q = pipe(
    given({ x: spaceOf(o) }),
    nets({ E: gaussian(spaceOf(o), o.hidden, real(o.latent)) }),
    letTo('u', ({ x }) => scaled(x, o)),
    bind('z', ({ u, E }) => normal(E(u))),
  )
  const prior = pipe(
    Do,
    bind('z', () => standardNormal(o.latent)),
  )
  const fake = generatorModel(o)
  const T = mlp(real(o.latent), o.hidden, real())
  const duel = contest({ real: prior, fake: q, nets: { T }, score: ({ z, T }) => T(z) })
  const { critic, generator, accuracy } = adversarial(duel, payoffs.nonSaturating)
  const reconstruction = expect(q, { G: fake.nets.G }, ({ u, z, G }) => likelihood(o, G(z)).logProb(u))
  return {
    game: game({
      T: { owns: ['T'], maximize: critic },
      'E, G': {
        owns: ['E', 'G'],
        maximize: plus(reconstruction, scale(weightOf('beta', o.beta ?? 1), generator)),
      },
    }),
    q,
    fake,
    accuracy,
    reconstruction,
  }
}

/** The adversarial autoencoder in the registry. */
export const aaeFamily: GameFamily<GameOptions> = {
  name: 'aae',
  summary: 'adversarial autoencoder: a critic of codes in the place of the KL',
  labelled: false,
  options: gameCodec('aae'),
  defaults: gameDefaults,
  build: (data, options) =>
    builtGame(aae({ ...decided(data, options) }), {
      judges: 'codes',
      recipe: recipeFor({ T: 1e-3, 'E, G': 1e-3 }),
      latent: decided(data, options).latent,
    }),
}
