/**
 * The Wasserstein GAN with gradient penalty.
 *
 *   D: E_data[D(x)] − E_z[D(G(z))] − λ E(|∇D(x̂)| − 1)²        G: E_z[D(G(z))]        x̂ between data and fakes
 *
 * D estimates the Wasserstein-1 distance, whose units are those of x (over its spread): the critic moves several times for each
 * move of the generator, so that it nearly does. Gulrajani et al., 2017, algorithm 1. Tested in tests/models/games.test.ts.
 */
import { game } from '../dsl/game.js'
import { mlp } from '../dsl/nets/dense.js'
import { minus, scale } from '../dsl/objective.js'
import { real } from '../dsl/space.js'
import { adversarial, payoffs } from '../inference/adversarial.js'
import { contest } from '../inference/contest.js'
import { gradientPenalty } from '../inference/penalties.js'
import type { GameFamily } from './family.js'
import {
  builtGame,
  decided,
  type GameOptions,
  gameCodec,
  gameDefaults,
  recipeFor,
  scaleOf,
  surfaceOf,
} from './gameFamily.js'
import { dataModel, type GeneratorOptions, generatorModel, spaceOf, weightOf } from './generator.js'

/** Options of a WGAN-GP. */
export interface WganGpOptions extends GeneratorOptions {
  /** Weight λ of the penalty; 0.1 unless named, where 10 was published for pictures. */
  readonly penalty?: number
  /** Moves of the critic for each of the generator; 5 unless named. */
  readonly steps?: number
}

/** Moves of the critic for each of the generator. */
const STEPS = 5

/** A WGAN-GP: its game, the data, the generator, and the accuracy of the critic. */
export const wganGp = (o: WganGpOptions) => {
  const data = dataModel(o)
  const fake = generatorModel(o)
  const duel = contest({
    real: data,
    fake,
    nets: { D: mlp(spaceOf(o), o.hidden, real()) },
    score: ({ u, D }) => D(u),
  })
  const { critic, generator, accuracy } = adversarial(duel, payoffs.wasserstein)
  const penalty = scale(weightOf('penalty', o.penalty ?? 0.1), gradientPenalty(duel, { at: 'u' }))
  return {
    game: game({
      D: { owns: ['D'], maximize: minus(critic, penalty), steps: o.steps ?? STEPS },
      G: { owns: ['G'], maximize: generator },
    }),
    data,
    fake,
    accuracy,
  }
}

/** A WGAN-GP in the registry. */
export const wganGpFamily: GameFamily<GameOptions> = {
  name: 'wgan-gp',
  summary: 'Wasserstein GAN with gradient penalty: the critic moves five times for each move of G',
  labelled: false,
  options: gameCodec('wgan-gp'),
  defaults: gameDefaults,
  build: (data, options) =>
    builtGame(wganGp({ ...decided(data, options) }), {
      judges: 'data',
      surface: surfaceOf(scaleOf(data)),
      recipe: recipeFor({ D: 1e-3, G: 1e-3 }, {}, { D: STEPS }),
      latent: decided(data, options).latent,
    }),
}
