/**
 * stickingTheLanding: pathwise, without the score of q, whose mean is 0.
 *
 *   ∇_φ E[log p(x, z) − log q_φ(z)] = E[∇_z (log p(x, z) − log q_φ(z)) ∂z/∂φ],     z = g(ε, φ)
 *
 * log q has constant parameters (detached.ts), and the divergence is sampled, since a closed form has no draw to land with.
 * Unbiased, and without variance where q is the posterior: log p − log q is then constant in z. Away from there it may have
 * more than the closed form.
 * Roeder, Wu and Duvenaud, 2017. Tested in tests/inference/estimators/stickingTheLanding.test.ts.
 */
import type { SiteEstimator } from './estimator.js'
import { pathwise } from './pathwise.js'

/** The gradient flows through the sample only; elbo.ts holds the parameters of log q fixed. */
export const stickingTheLanding: SiteEstimator = pathwise
