/**
 * PacGAN: the critic judges m data at once, so it sees that a generator repeats itself.
 *
 *   D: E[φ(D(x_1, …, x_m))] + E[ψ(D(G(z_1), …, G(z_m)))] − γ ½ E |∇D|²        G: E[χ(D(G(z_1), …, G(z_m)))]
 *
 * The packs are the minibatch, cut into groups of m: the batch must be a multiple of m. Lin, Khetan, Fanti and Oh, 2018,
 * section 2. Tested in tests/models/games.test.ts.
 */
import { game } from '../dsl/game.js'
import { mlp } from '../dsl/nets/dense.js'
import { pack } from '../dsl/operations/packing.js'
import { real } from '../dsl/space.js'
import { adversarial, payoffs } from '../inference/adversarial.js'
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
} from './gameFamily.js'
import type { GanOptions } from './gan.js'
import { dataModel, generatorModel, penalized, R1, weightOf } from './generator.js'

/** Options of a PacGAN. */
export interface PacganOptions extends Omit<GanOptions, 'critic'> {
  /** Data that the critic judges at once, m. */
  readonly pack: number
}

/** A PacGAN: its game, the data, the generator, and the accuracy of the critic. */
export const pacgan = (o: PacganOptions) => {
  const data = dataModel(o)
  const fake = generatorModel(o)
  const duel = contest({
    real: data,
    fake,
    nets: { D: mlp(real(o.pack, o.size), o.hidden, real()) },
    score: ({ u, D }) => D(pack(o.pack, u)),
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

/** Data that the critic of the registry judges at once. */
const PACK = 4

/** PacGAN in the registry. */
export const pacganFamily: GameFamily<PayoffOptions> = {
  name: 'pacgan',
  summary: 'PacGAN: D judges four data at once, and sees repetition',
  labelled: false,
  options: payoffCodec('pacgan'),
  defaults: payoffDefaults,
  build: (data, options) =>
    builtGame(pacgan({ ...decided(data, options), pack: PACK }), {
      judges: 'data',
      recipe: recipeFor({ D: 1e-3, G: 1e-3 }, { pack: PACK }),
      latent: decided(data, options).latent,
    }),
}
