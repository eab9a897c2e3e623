/**
 * A convolutional GAN for digits, with the configuration that bench/games/README.md measures.
 *
 *   z ~ N(0, I_64),  x = G(z) ∈ Unit[784]
 *   D: E_data[log σ(D(x))] + E_z[log σ(−D(G(z)))] − γ ½ E_data |∇D|²        G: E_z[log σ(D(G(z)))]
 *
 * Adam for both at one rate, β1 = ½; the moving average of G is what one samples from. Tested in
 * tests/models/digitGan.test.ts.
 */
import { pipe } from 'fp-ts/lib/function.js'
import { standardNormal } from '../dsl/distributions/normal.js'
import { push } from '../dsl/distributions/push.js'
import { game } from '../dsl/game.js'
import { bind, Do, empirical, nets } from '../dsl/notation.js'
import { minus, scale } from '../dsl/objective.js'
import { unit } from '../dsl/space.js'
import { adversarial, payoffs } from '../inference/adversarial.js'
import { contest } from '../inference/contest.js'
import { adam, ema } from '../inference/optimizers/optimizers.js'
import { r1 } from '../inference/penalties.js'
import { imageCritic, imageGenerator } from './nets/digits.js'

/** Options of the GAN for digits. */
export interface DigitGanOptions {
  /** Entries of the noise z; 64 unless named. */
  readonly latent?: number
  /** Channels of the larger images; 32 unless named. */
  readonly channels?: number
  /** Weight γ of R1; 0.1 unless named. */
  readonly penalty?: number
}

/** The game, its generator, and what to give to `fit` with it. */
export const digitGan = ({ latent = 64, channels = 32, penalty = 0.1 }: DigitGanOptions = {}) => {
  const fake = pipe(
    Do,
    nets({ G: imageGenerator(latent, channels) }),
    bind('z', () => standardNormal(latent)),
    bind('x', ({ z, G }) => push(G(z))),
  )
  const duel = contest({
    real: empirical({ x: unit(784) }),
    fake,
    nets: { D: imageCritic(channels) },
    score: ({ x, D }) => D(x),
  })
  const { critic, generator, accuracy } = adversarial(duel, payoffs.nonSaturating)
  const optimizer = adam(1e-3, { beta1: 0.5, beta2: 0.99 })
  return {
    game: game({
      D: { owns: ['D'], maximize: minus(critic, scale(penalty, r1(duel))) },
      G: { owns: ['G'], maximize: generator },
    }),
    fake,
    accuracy,
    optimizer: { D: optimizer, G: ema(0.999, optimizer) },
    batch: 64,
  }
}
