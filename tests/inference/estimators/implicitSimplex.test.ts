/**
 * Implicit pathwise gradients of beta and Dirichlet, a million draws each: bias within 5 standard errors of 0. Exact means, with
 * α = e^a and β = e^b:
 *
 *   beta        E z² + z = m (α + 1)/(α + β + 1) + m,  m = α/(α + β)
 *   Dirichlet   E z_1 z_2 + z_1 = α β/(t (t + 1)) + α/t,  t = α + β
 *
 * Figurnov, Mohamed and Mnih, 2018, "Implicit reparameterization gradients".
 */
import * as g from 'giry'
import { beforeAll, it } from 'vitest'
import { useRuntime } from '../../../src/runtime/backend.js'
import { expectImplicit, type ImplicitCase, type Scalar } from './implicit.js'

beforeAll(() => g.orThrow(useRuntime('wasm')))

const cases: Readonly<Record<string, ImplicitCase>> = {
  beta: {
    draw: (a, b) => g.beta({ alpha: g.exp(a), beta: g.exp(b) }),
    f: (z: Scalar) => g.add(g.square(z), z),
    exact: (a, b) => {
      const [alpha, beta] = [Math.exp(a), Math.exp(b)]
      const mean = alpha / (alpha + beta)
      return (mean * (alpha + 1)) / (alpha + beta + 1) + mean
    },
  },
  dirichlet: {
    draw: (a, b) => g.dirichlet({ concentration: g.exp(g.stack([a, b])) }),
    f: (z: g.Value<[2], g.Real>) => g.add(g.mul(g.at(z, 0), g.at(z, 1)), g.at(z, 0)),
    exact: (a, b) => {
      const [alpha, beta] = [Math.exp(a), Math.exp(b)]
      const t = alpha + beta
      return (alpha * beta) / (t * (t + 1)) + alpha / t
    },
  },
}

it.each(Object.entries(cases))('%s', expectImplicit, 120_000)
