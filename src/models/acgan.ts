/**
 * The auxiliary-classifier GAN: a discriminator that also names the class.
 *
 *   D: L_source + L_class − γ R1        G: χ(source) + L_class
 *   L_source = E_data[φ(s)] + E_fake[ψ(s)]        L_class = E_data[log C(c | x)] + E_fake[log C(c | x)]
 *
 * One body with two heads: (s, logits of C) = D(x). Unlike the conditional GAN's, this discriminator is not told the class.
 * The classifier can be trained first, on labelled pictures: `pretrain(game, 'D', { steps, maximize: classification })`, and then
 * meets the generator. Odena, Olah and Shlens, 2017, equations 2 and 3. Tested in tests/models/games.test.ts.
 */
import { categorical } from '../dsl/distributions/categorical.js'
import type { Category, Real } from '../dsl/domains/marks.js'
import { game } from '../dsl/game.js'
import { mlp } from '../dsl/nets/dense.js'
import { minus, plus, scale } from '../dsl/objective.js'
import { at, slice } from '../dsl/operations/picking.js'
import { real } from '../dsl/space.js'
import type { Value } from '../dsl/value.js'
import { adversarial, payoffs } from '../inference/adversarial.js'
import { contest } from '../inference/contest.js'
import { expect } from '../inference/expect.js'
import { r1 } from '../inference/penalties.js'
import { type ConditionalGanOptions, conditionalGenerator, labeledData } from './conditionalGan.js'
import type { GameFamily } from './family.js'
import {
  builtGame,
  decided,
  type PayoffOptions,
  payoffCodec,
  payoffDefaults,
  recipeFor,
} from './gameFamily.js'
import { R1, spaceOf, type Vector, weightOf } from './generator.js'

/** log C(c | x), in nats. */
const classLogProb = (heads: Vector, c: Value<[], Category<number>>, classes: number): Value<[], Real> =>
  categorical({ logits: slice(heads, 1, classes) }).logProb(c)

/** An AC-GAN: its game, the data, the generator, the accuracy of the critic, and the classification alone. */
export const acgan = (o: ConditionalGanOptions) => {
  const data = labeledData(o)
  const fake = conditionalGenerator(o)
  const D = mlp(spaceOf(o), o.hidden, real(1 + o.classes))
  const duel = contest({ real: data, fake, nets: { D }, score: ({ u, D }) => at(D(u), 0) })
  const { critic, generator, accuracy } = adversarial(duel, payoffs[o.payoff ?? 'nonSaturating'])
  const classification = expect(data, { D }, ({ u, c, D }) => classLogProb(D(u), c, o.classes))
  const ofFakes = expect(fake, { D }, ({ u, c, D }) => classLogProb(D(u), c, o.classes))
  return {
    game: game({
      D: {
        owns: ['D'],
        maximize: minus(
          plus(critic, plus(classification, ofFakes)),
          scale(weightOf('penalty', o.penalty ?? R1), r1(duel, { at: 'u' })),
        ),
      },
      G: { owns: ['G'], maximize: plus(generator, ofFakes) },
    }),
    data,
    fake,
    accuracy,
    classification,
  }
}

/** The AC-GAN in the registry. */
export const acganFamily: GameFamily<PayoffOptions> = {
  name: 'acgan',
  summary: 'auxiliary-classifier GAN: D also names the class',
  labelled: true,
  options: payoffCodec('acgan'),
  defaults: payoffDefaults,
  build: (data, options) =>
    builtGame(acgan({ ...decided(data, options), classes: data.classes ?? 1 }), {
      judges: 'data',
      ...(data.classes === undefined ? {} : { classes: data.classes }),
      recipe: recipeFor({ D: 1e-3, G: 1e-3 }),
      latent: decided(data, options).latent,
    }),
}
