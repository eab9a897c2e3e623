/**
 * VAE-GAN: a variational autoencoder that is judged in the eyes of a discriminator, and fools it.
 *
 *   z ~ N(0, I),  x = G(z)        z | x ~ N(E(x))        D(x) = H(F(x)), F(x) its features
 *   E and G: E_q[log N(F(x) | F(G(z)), 1)] − β KL(q(z | x) ‖ p(z)) + γ E_z[log σ(D(G(z)))]        D: as in a GAN, with R1
 *
 * A bound and a game add up: the first two terms are a bound of log p(F(x)), in which the likelihood compares features, not
 * pixels. The discriminator meets draws from the prior only; its published third term, on reconstructions, is left out.
 * Larsen et al., 2016, equations 7 to 9. Nats. Tested in tests/models/games.test.ts.
 */
import { pipe } from 'fp-ts/lib/function.js'
import { normal, standardNormal } from '../dsl/distributions/normal.js'
import { game } from '../dsl/game.js'
import { klExact } from '../dsl/kl.js'
import { dense, gaussian, mlp } from '../dsl/nets/dense.js'
import { bind, given, letTo, nets } from '../dsl/notation.js'
import { minus, plus, scale } from '../dsl/objective.js'
import { real } from '../dsl/space.js'
import { adversarial, payoffs } from '../inference/adversarial.js'
import { contest } from '../inference/contest.js'
import { expect } from '../inference/expect.js'
import { r1 } from '../inference/penalties.js'
import type { AutoencoderOptions } from './autoencoder.js'
import type { GameFamily } from './family.js'
import { builtGame, decided, type GameOptions, gameCodec, gameDefaults, recipeFor } from './gameFamily.js'
import { dataModel, generatorModel, R1, scaled, spaceOf, weightOf } from './generator.js'

/** Options of a VAE-GAN. */
export interface VaeGanOptions extends AutoencoderOptions {
  /** Features that the discriminator compares data by; 64 unless named. */
  readonly features?: number
  /** Weight γ of fooling the discriminator; 1 unless named. */
  readonly fooling?: number
  /** Weight of R1; 0.1 unless named. */
  readonly penalty?: number
}

/** A VAE-GAN: its game, the data, the encoder, the generator, and the accuracy of the discriminator. */
export const vaeGan = (o: VaeGanOptions) => {
  const data = dataModel(o)
  const fake = generatorModel(o)
  const q = pipe(
    given({ x: spaceOf(o) }),
    nets({ E: gaussian(spaceOf(o), o.hidden, real(o.latent)) }),
    letTo('u', ({ x }) => scaled(x, o)),
    letTo('code', ({ u, E }) => normal(E(u))),
    bind('z', ({ code }) => code),
  )
  const size = o.features ?? 64
  const F = mlp(spaceOf(o), o.hidden, real(size))
  const H = dense(real(size), real())
  const duel = contest({ real: data, fake, nets: { F, H }, score: ({ u, F, H }) => H(F(u)) })
  const { critic, generator, accuracy } = adversarial(duel, payoffs.nonSaturating)
  const likeness = expect(q, { F, G: fake.nets.G }, ({ u, z, F, G }) =>
    normal({ loc: F(G(z)), scale: 1 }).logProb(F(u)),
  )
  const divergence = expect(q, ({ code }) => klExact(code, standardNormal(o.latent)))
  return {
    game: game({
      D: {
        owns: ['F', 'H'],
        maximize: minus(critic, scale(weightOf('penalty', o.penalty ?? R1), r1(duel, { at: 'u' }))),
      },
      'E, G': {
        owns: ['E', 'G'],
        maximize: plus(
          minus(likeness, scale(weightOf('beta', o.beta ?? 1), divergence)),
          scale(weightOf('fooling', o.fooling ?? 1), generator),
        ),
      },
    }),
    data,
    q,
    fake,
    accuracy,
  }
}

/** VAE-GAN in the registry. */
export const vaeGanFamily: GameFamily<GameOptions> = {
  name: 'vae-gan',
  summary: 'VAE-GAN: an autoencoder judged by the features of D, and fooling it',
  labelled: false,
  options: gameCodec('vae-gan'),
  defaults: gameDefaults,
  build: (data, options) =>
    builtGame(vaeGan({ ...decided(data, options) }), {
      judges: 'data',
      recipe: recipeFor({ D: 1e-3, 'E, G': 1e-3 }),
      latent: decided(data, options).latent,
    }),
}
