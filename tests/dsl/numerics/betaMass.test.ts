import * as tf from '@tensorflow/tfjs'
import { dbeta } from 'lib-r-math.js'
import { expect, it } from 'vitest'
import { logBetaMass } from '../../../src/dsl/numerics/betaMass.js'
import { decades, onEachBackend } from './agreement.js'

// Oracle: R's dbeta(x, a, b, log = TRUE) + log x + log(1 - x), in float64.
onEachBackend('betaMass', () =>
  it('is the log density times x (1 - x), to 2e-6 absolute or relative', () => {
    const sizes = decades(-2, 3, 9)
    const grid = sizes.flatMap((a) =>
      sizes.flatMap((b) => [0.0625, 0.375, 0.5, 0.75].map((x) => [a, b, x] as const)),
    )
    const [a, b, x] = [0, 1, 2].map((i) => tf.tensor1d(grid.map((p) => p[i] as number))) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ]
    const found = logBetaMass(a, b, x, tf.sub(1, x)).dataSync()
    grid.forEach(([p, q, t], i) => {
      const exact = dbeta(t, p, q, undefined, true) + Math.log(t) + Math.log1p(-t)
      expect(Math.abs((found[i] as number) - exact), `${p}, ${q}, ${t}`).toBeLessThan(
        2e-6 * Math.max(1, Math.abs(exact)),
      )
    })
  }),
)
