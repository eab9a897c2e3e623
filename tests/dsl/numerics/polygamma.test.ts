import { digamma as digammaOracle, psigamma, trigamma as trigammaOracle } from 'lib-r-math.js'
import { expect, it } from 'vitest'
import { digamma, polygamma, trigamma } from '../../../src/dsl/numerics/polygamma.js'
import { decades, derivative, onEachBackend, worstRelative } from './agreement.js'
import { around, positives } from './special.js'

// Oracle: R's digamma, trigamma and psigamma, in float64 at the float32 argument.
onEachBackend('polygamma', () => {
  it('digamma has relative error below 1e-6, its zero at 1.4616 included', () => {
    expect(worstRelative(digamma, digammaOracle, [...positives, ...around(1.4616321)])).toBeLessThan(4e-7)
  })

  it('trigamma has relative error below 1e-6', () => {
    expect(worstRelative(trigamma, trigammaOracle, positives)).toBeLessThan(5e-7)
  })

  it.each([2, 3, 4])('of order %i has relative error below 1e-6', (n) => {
    const points = decades(-37 / (n + 1), 36 / n, 500)
    expect(worstRelative(polygamma(n), (x) => psigamma(x, n), points)).toBeLessThan(7e-7)
  })

  it('each order is the derivative of the one before', () => {
    const points = decades(-6, 6, 200)
    expect(worstRelative(derivative(digamma), trigammaOracle, points)).toBeLessThan(5e-7)
    expect(worstRelative(derivative(trigamma), (x) => psigamma(x, 2), points)).toBeLessThan(6e-7)
    expect(worstRelative(derivative(polygamma(2)), (x) => psigamma(x, 3), points)).toBeLessThan(7e-7)
  })

  it('refuses an order that is no whole number from 1 on', () => {
    expect(() => polygamma(0)).toThrow(
      'the order must be a whole number from 1 on and is 0; order 0 is digamma.',
    )
  })
})
