/**
 * The generative adversarial network.
 *
 *   z ~ N(0, I),  x = G(z)        D: E_data[φ(D(x))] + E_z[ψ(D(G(z)))] − γ ½ E_data |∇D|²        G: E_z[χ(D(G(z)))]
 *
 * φ, ψ and χ by `payoff` (src/inference/adversarial.ts); γ weighs R1, which keeps the game from circling, and 0 leaves it out.
 * Goodfellow et al., 2014; Mescheder, Geiger and Nowozin, 2018. Tested in tests/models/games.test.ts; measured in
 * bench/games/README.md.
 */
import type { Real } from '../dsl/domains/marks.js'
import { game } from '../dsl/game.js'
import { mlp } from '../dsl/nets/dense.js'
import { real } from '../dsl/space.js'
import type { Value } from '../dsl/value.js'
import { adversarial, type PayoffName, payoffs } from '../inference/adversarial.js'
import { contest } from '../inference/contest.js'
import { r1 } from '../inference/penalties.js'
import type { GameFamily } from './family.js'
import {
  builtGame,
  decided,
  type PayoffOptions,
  payoffCodec,
  payoffDefaults,
  recipeFor,
  surfaceOf,
} from './gameFamily.js'
import {
  dataModel,
  type GeneratorOptions,
  generatorModel,
  penalized,
  R1,
  spaceOf,
  type VectorNet,
  weightOf,
} from './generator.js'
import { imageCritic, imageGenerator } from './imageNets.js'
import { IMAGE_R1, imageRecipe } from './imageRecipe.js'

/** Options of a GAN. */
export interface GanOptions extends GeneratorOptions {
  /** In place of a multilayer perceptron: the critic, a net from u to its score. */
  readonly critic?: VectorNet<Value<[], Real>>
  /** What the players get for a score; non-saturating unless named. */
  readonly payoff?: PayoffName
  /** Weight γ of R1; 0.1 unless named. */
  readonly penalty?: number
}

/** A GAN: its game, the data, the generator, and the accuracy of the critic. */
export const gan = (o: GanOptions) => {
  const data = dataModel(o)
  const fake = generatorModel(o)
  const duel = contest({
    real: data,
    fake,
    nets: { D: o.critic ?? mlp(spaceOf(o), o.hidden, real()) },
    score: ({ u, D }) => D(u),
  })
  const { critic, generator, accuracy } = adversarial(duel, payoffs[o.payoff ?? 'nonSaturating'])
  return {
    game: game({
      D: {
        owns: ['D'],
        maximize: penalized(critic, weightOf('penalty', o.penalty ?? R1), () => r1(duel, { at: 'u' })),
      },
      G: { owns: ['G'], maximize: generator },
    }),
    data,
    fake,
    accuracy,
  }
}

/** The GAN in the registry. */
export const ganFamily: GameFamily<PayoffOptions> = {
  name: 'gan',
  summary: 'generative adversarial network: x = G(z) against D(x), with R1; every payoff',
  labelled: false,
  options: payoffCodec('gan'),
  defaults: payoffDefaults,
  build: (data, options) => {
    const o = decided(data, options)
    const { image } = data
    const parts = { judges: 'data', surface: surfaceOf(o), latent: o.latent } as const
    // Layers that are asked for are dense ones; images have convolutions of their own.
    if (image === undefined || options.hidden !== undefined)
      return builtGame(gan(o), { ...parts, recipe: recipeFor({ D: 1e-3, G: 1e-3 }) })
    const nets = { generator: imageGenerator({ latent: o.latent, image }), critic: imageCritic({ image }) }
    return builtGame(gan({ ...o, ...nets, penalty: IMAGE_R1 }), { ...parts, recipe: imageRecipe })
  },
}
