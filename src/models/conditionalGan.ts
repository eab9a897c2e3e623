/**
 * The conditional GAN: generator and critic are told the class c of a datum.
 *
 *   z ~ N(0, I),  x | c = G(z, c)        D(x, c):  E_data[log σ(D)] + E_{z, c}[log σ(−D)]        classes of fakes as in the data
 *
 * The generator sees classes, and no picture. Mirza and Osindero, 2014. Tested in tests/models/games.test.ts.
 */
import { pipe } from 'fp-ts/lib/function.js'
import { standardNormal } from '../dsl/distributions/normal.js'
import { push } from '../dsl/distributions/push.js'
import { game } from '../dsl/game.js'
import { mlp } from '../dsl/nets/dense.js'
import { bind, empirical, given, letTo, nets } from '../dsl/notation.js'
import { concat } from '../dsl/operations/joining.js'
import { encodeOneHot } from '../dsl/operations/picking.js'
import { category, real } from '../dsl/space.js'
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
import { penalized, R1, scaled, spaceOf, unscaled, weightOf } from './generator.js'

/** Options of a conditional GAN. */
export interface ConditionalGanOptions extends Omit<GanOptions, 'critic' | 'generator'> {
  /** Number of classes. */
  readonly classes: number
}

/** z ~ N(0, I), x | c = G(z, c). */
export const conditionalGenerator = (o: ConditionalGanOptions) =>
  pipe(
    given({ c: category(o.classes) }),
    nets({ G: mlp(real(o.latent + o.classes), o.hidden, spaceOf(o)) }),
    bind('z', () => standardNormal(o.latent)),
    letTo('u', ({ z, c, G }) => G(concat(z, encodeOneHot(c)))),
    bind('x', ({ u }) => push(unscaled(u, o))),
  )

/** The data with their classes. */
export const labeledData = (o: ConditionalGanOptions) =>
  pipe(
    empirical({ x: spaceOf(o), c: category(o.classes) }),
    letTo('u', ({ x }) => scaled(x, o)),
  )

/** A conditional GAN: its game, the data, the generator, and the accuracy of the critic. */
export const conditionalGan = (o: ConditionalGanOptions) => {
  const data = labeledData(o)
  const fake = conditionalGenerator(o)
  const duel = contest({
    real: data,
    fake,
    nets: { D: mlp(real(o.size + o.classes), o.hidden, real()) },
    score: ({ u, c, D }) => D(concat(u, encodeOneHot(c))),
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

/** The conditional GAN in the registry. */
export const conditionalGanFamily: GameFamily<PayoffOptions> = {
  name: 'conditional-gan',
  summary: 'conditional GAN: G and D are told the class',
  labelled: true,
  options: payoffCodec('conditional-gan'),
  defaults: payoffDefaults,
  build: (data, options) =>
    builtGame(conditionalGan({ ...decided(data, options), classes: data.classes ?? 1 }), {
      judges: 'data',
      ...(data.classes === undefined ? {} : { classes: data.classes }),
      recipe: recipeFor({ D: 1e-3, G: 1e-3 }),
      latent: decided(data, options).latent,
    }),
}
