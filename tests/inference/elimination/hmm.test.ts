/**
 * A hidden Markov model through enumeration: elbo at the exact posterior chain and iwae at any chain equal the forward
 * algorithm; log P(x) = L_b + KL(q ‖ posterior) with the divergence in plain float64; the cost grows linearly in the length,
 * counted in kernels and in numbers that they write, for value and gradient: 529 kernels and 3,639 numbers a step of the chain
 * for elbo, 512 and 3,610 for iwae (T = 10, 20, 50, 100: 5,229, 10,519, 26,389, 52,839 kernels for elbo).
 */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { iwae } from '../../../src/inference/iwae.js'
import { type AnyParams, boundOf } from '../../../src/testing/arbitraries/boundCase.js'
import { evaluateOnce } from '../../laws/evaluation.js'
import { gradientAt } from '../gradients.js'
import {
  type Chain,
  chainModel,
  dataOfHmm,
  forward,
  type Hmm,
  hmmModel,
  klOfChains,
  paramsOfChain,
  paramsOfHmm,
  posteriorChain,
  randomChain,
  randomHmm,
} from '../hmm.js'

const iwaeOf = iwae as unknown as (p: unknown, q: unknown, options: object) => AnyObjective
const paramsAt = (h: Hmm, q: Chain): AnyParams => ({ ...paramsOfHmm(h), ...paramsOfChain(h, q) })

describe('3 states, 50 steps', () => {
  const h = randomHmm(1, 50)
  const [p, q] = [hmmModel(h), chainModel(h)]
  const exact = forward(h)
  const posterior = posteriorChain(h)
  const wrong = randomChain(h, 2)

  it('elbo at the posterior is the forward algorithm', () => {
    for (const kl of ['closed form', 'sampled'] as const) {
      const found = evaluateOnce(boundOf(p, q, { kl }), paramsAt(h, posterior), dataOfHmm(h))
      expect(Math.abs(found - exact)).toBeLessThan(1e-6 * Math.abs(exact) + 1e-5)
    }
  })

  it('log P(x) = elbo + KL(q ‖ posterior) at another chain', () => {
    const found = evaluateOnce(boundOf(p, q), paramsAt(h, wrong), dataOfHmm(h))
    const kl = klOfChains(wrong, posterior)
    expect(kl).toBeGreaterThan(1)
    expect(found).toBeLessThan(exact)
    expect(Math.abs(found + kl - exact)).toBeLessThan(1e-6 * Math.abs(found) + 2e-5)
  })

  it('iwae is the forward algorithm, whatever q is', () => {
    const found = evaluateOnce(iwaeOf(p, q, { particles: 1 }), paramsAt(h, wrong), dataOfHmm(h))
    expect(Math.abs(found - exact)).toBeLessThan(1e-6 * Math.abs(exact) + 1e-5)
  })

  it('the gradient by the tables of p is that of the forward algorithm', () => {
    const { gradients } = gradientAt(iwaeOf(p, q, { particles: 1 }), paramsAt(h, wrong), dataOfHmm(h))
    for (const table of ['initial', 'transition', 'emission'] as const)
      h[table].forEach((x, i) => {
        const moved = (d: number) => forward({ ...h, [table]: h[table].map((y, j) => (i === j ? x + d : y)) })
        const slope = (moved(1e-4) - moved(-1e-4)) / 2e-4
        expect(Math.abs((gradients[`${table}/value`]?.[i] as number) - slope), `${table} ${i}`).toBeLessThan(
          2e-5,
        )
      })
  })
})

/** Kernels run for a gradient, and the numbers that they write. */
const costOf = (steps: number, of: (p: unknown, q: unknown) => AnyObjective) => {
  const h = randomHmm(3, steps)
  const objective = of(hmmModel(h), chainModel(h))
  const engine = tf.engine() as unknown as { runKernelFunc: (...a: unknown[]) => tf.Tensor | tf.Tensor[] }
  const plain = engine.runKernelFunc
  let kernels = 0
  let numbers = 0
  engine.runKernelFunc = function (this: unknown, ...args: unknown[]) {
    const out = plain.apply(this, args)
    kernels++
    for (const t of Array.isArray(out) ? out : [out]) numbers += t.size
    return out
  }
  try {
    gradientAt(objective, paramsAt(h, randomChain(h, 4)), dataOfHmm(h))
  } finally {
    engine.runKernelFunc = plain
  }
  return { kernels, numbers }
}

describe('the cost', () => {
  it.each([
    ['elbo', (p: unknown, q: unknown) => boundOf(p as never, q as never)],
    ['iwae', (p: unknown, q: unknown) => iwaeOf(p, q, { particles: 1 })],
  ])('of %s is a number of kernels and of numbers for each step', (_, of) => {
    const [a, b, c, d] = [10, 20, 50, 100].map((steps) => costOf(steps, of)) as [Cost, Cost, Cost, Cost]
    // A straight line through the first two meets the others.
    for (const key of ['kernels', 'numbers'] as const) {
      const slope = (b[key] - a[key]) / 10
      expect(slope).toBeGreaterThan(0)
      expect(c[key]).toBe(b[key] + 30 * slope)
      expect(d[key]).toBe(b[key] + 80 * slope)
    }
  })
})
type Cost = ReturnType<typeof costOf>
