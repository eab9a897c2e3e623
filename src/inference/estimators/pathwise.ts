/**
 * pathwise: z = g(ε, θ) with ε ~ noise, so that the gradient flows through the sample.
 *
 *   ∇_θ E[f(z)] = E[∇_z f(z) ∂g(ε, θ)/∂θ]
 *
 * Kingma and Welling, 2014; Rezende, Mohamed and Wierstra, 2014. Tested in tests/inference/expectation.test.ts.
 */
import type { AnyValue } from '../../dsl/value.js'
import type { SiteEstimator } from './estimator.js'

/** The gradient flows through the sample. */
export const pathwise: SiteEstimator = {
  draw: ({ name, distribution, axes, env }) => ({
    value: distribution.sample(env.noise.child(name), axes) as AnyValue,
  }),
}
