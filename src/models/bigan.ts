/**
 * BiGAN, also ALI: the discriminator sees pairs of datum and code, so an encoder is learnt beside the generator.
 *
 *   data side   x ~ data,  z ~ N(E(x))        model side   z ~ N(0, I),  x = G(z)
 *   D: E[log σ(D(x, z))] + E[log σ(−D(x, z))]        E and G: the two sides exchanged
 *
 * At the solution both joint laws agree, so the encoder inverts the generator, without a density of x and without a bound.
 * Donahue, Krähenbühl and Darrell, 2017; Dumoulin et al., 2017. Tested in tests/models/games.test.ts.
 */
import { pipe } from 'fp-ts/lib/function.js'
import { normal } from '../dsl/distributions/normal.js'
import { game } from '../dsl/game.js'
import { gaussian, mlp } from '../dsl/nets/dense.js'
import { bind, empirical, letTo, nets } from '../dsl/notation.js'
import { minus, plus, scale } from '../dsl/objective.js'
import { neg } from '../dsl/operations/arithmetic.js'
import { logSigmoid } from '../dsl/operations/functions.js'
import { concat } from '../dsl/operations/joining.js'
import { real } from '../dsl/space.js'
import { adversarial, payoffs } from '../inference/adversarial.js'
import { contest } from '../inference/contest.js'
import { expect } from '../inference/expect.js'
import { r1 } from '../inference/penalties.js'
import type { GameFamily } from './family.js'
import { builtGame, decided, type GameOptions, gameCodec, gameDefaults, recipeFor } from './gameFamily.js'
import { type GeneratorOptions, generatorModel, R1, scaled, spaceOf, weightOf } from './generator.js'

/** Options of a BiGAN. */
export interface BiganOptions extends GeneratorOptions {
  /** Weight γ of R1 in x; 0.1 unless named. */
  readonly penalty?: number
}

/** A BiGAN: its game, the data with their codes, the generator, and the accuracy of the critic. */
export const bigan = (o: BiganOptions) => {
  const data = pipe(
    empirical({ x: spaceOf(o) }),
    nets({ E: gaussian(spaceOf(o), o.hidden, real(o.latent)) }),
    letTo('u', ({ x }) => scaled(x, o)),
    bind('z', ({ u, E }) => normal(E(u))),
  )
  const fake = generatorModel(o)
  const D = mlp(real(o.size + o.latent), o.hidden, real())
  const duel = contest({ real: data, fake, nets: { D }, score: ({ u, z, D }) => D(concat(u, z)) })
  const { critic, generator, accuracy } = adversarial(duel, payoffs.nonSaturating)
  const encoder = expect(data, { D }, ({ u, z, D }) => logSigmoid(neg(D(concat(u, z)))))
  return {
    game: game({
      D: {
        owns: ['D'],
        maximize: minus(critic, scale(weightOf('penalty', o.penalty ?? R1), r1(duel, { at: 'u' }))),
      },
      'E, G': { owns: ['E', 'G'], maximize: plus(generator, encoder) },
    }),
    data,
    fake,
    accuracy,
  }
}

/** BiGAN in the registry. */
export const biganFamily: GameFamily<GameOptions> = {
  name: 'bigan',
  summary: 'BiGAN (ALI): D judges pairs of x and code, so an encoder is learnt as well',
  labelled: false,
  options: gameCodec('bigan'),
  defaults: gameDefaults,
  build: (data, options) =>
    builtGame(bigan({ ...decided(data, options) }), {
      judges: 'data',
      recipe: recipeFor({ D: 1e-3, 'E, G': 1e-3 }),
      latent: decided(data, options).latent,
    }),
}
