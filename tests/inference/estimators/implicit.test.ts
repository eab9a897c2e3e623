/**
 * Implicit pathwise gradients, a million draws each, two parameters a and b: bias within 5 standard errors of 0. Exact means:
 *
 *   gamma           α = e^a, rate β = e^b          E z² − 3 z = α (α + 1)/β² − 3 α/β
 *   inverse gamma   α = 6 + e^a, scale e^b         E z = scale/(α − 1)
 *   Student t       ν = 8 + e^a, scale e^b         E z² = scale² ν/(ν − 2)
 *   von Mises       loc a, κ = e^b                 E cos z = cos a I1(κ)/I0(κ), Bessel functions by the trapezoidal rule
 *
 * Figurnov, Mohamed and Mnih, 2018, "Implicit reparameterization gradients".
 */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { beforeAll, it } from 'vitest'
import { useRuntime } from '../../../src/runtime/backend.js'
import { expectImplicit, type ImplicitCase, type Scalar } from './implicit.js'

beforeAll(() => g.orThrow(useRuntime('wasm')))

/** ∫ e^(κ cos t) cos(n t) dt over the circle, but for a factor: exact to rounding. */
const bessel = (n: number, k: number): number =>
  Array.from({ length: 64 }, (_, i) => (2 * Math.PI * i) / 64).reduce(
    (sum, t) => sum + Math.exp(k * Math.cos(t)) * Math.cos(n * t),
    0,
  )

const cos = g.lift(g.real(), (z: tf.Tensor) => tf.cos(z))

const cases: Readonly<Record<string, ImplicitCase>> = {
  gamma: {
    draw: (a, b) => g.gamma({ concentration: g.exp(a), rate: g.exp(b) }),
    f: (z: Scalar) => g.sub(g.square(z), g.mul(3, z)),
    exact: (a, b) => {
      const [alpha, rate] = [Math.exp(a), Math.exp(b)]
      return (alpha * (alpha + 1)) / rate ** 2 - (3 * alpha) / rate
    },
  },
  inverseGamma: {
    draw: (a, b) => g.inverseGamma({ concentration: g.add(6, g.exp(a)), scale: g.exp(b) }),
    f: (z: Scalar) => z,
    exact: (a, b) => Math.exp(b) / (5 + Math.exp(a)),
  },
  studentT: {
    draw: (a, b) => g.studentT({ degrees: g.add(8, g.exp(a)), loc: 0, scale: g.exp(b) }),
    f: (z: Scalar) => g.square(z),
    exact: (a, b) => (Math.exp(2 * b) * (8 + Math.exp(a))) / (6 + Math.exp(a)),
  },
  vonMises: {
    draw: (a, b) => g.vonMises({ loc: a, concentration: g.exp(b) }),
    f: (z: Scalar) => cos(z),
    exact: (a, b) => (Math.cos(a) * bessel(1, Math.exp(b))) / bessel(0, Math.exp(b)),
  },
}

it.each(Object.entries(cases))('%s', expectImplicit, 120_000)
