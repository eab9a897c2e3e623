/**
 * The parts that families with an encoder share: the likelihood of a decoder with noise.
 *
 *   z ~ N(0, I)        u | z ~ N(G(z), scale²)        x = center + spread · u
 *
 * The likelihood is that of u = (x − center) / spread, in nats; what samples show is the mean, x = center + spread · G(z).
 * Tested through `aae` and `avb` in tests/models/games.test.ts.
 */
import { normal } from '../dsl/distributions/normal.js'
import type { GeneratorOptions, Vector } from './generator.js'

/** Options of a family with an encoder; the encoder has the hidden layers of the generator. */
export interface AutoencoderOptions extends GeneratorOptions {
  /** Deviation of the noise of the decoder, in spreads of the data; 0.1 unless named. */
  readonly noise?: number
  /** Weight of the term that ties codes to their prior; 1 unless named. */
  readonly beta?: number
}

/** p(u | z) at the mean G(z). */
export const likelihood = (o: AutoencoderOptions, mean: Vector) =>
  normal({ loc: mean, scale: o.noise ?? 0.1 })
