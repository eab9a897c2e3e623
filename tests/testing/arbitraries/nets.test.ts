/** Random nets are functions between their spaces, with finite values at random parameters. */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { networks, randomParams } from 'giry/testing'
import { describe, expect, it } from 'vitest'
import { flattenParams } from '../../../src/dsl/params.js'
import { functionsOf } from '../../../src/dsl/run.js'
import { value } from '../../../src/dsl/space.js'
import type { AnyValue } from '../../../src/dsl/value.js'
import { uploadAll } from '../../../src/inference/step.js'

describe('networks', () => {
  it('compute finite vectors', () => {
    fc.assert(
      fc.property(networks(), fc.nat(1000), (net, seed) => {
        tf.tidy(() => {
          const params = flattenParams(randomParams({ nets: { net } }, seed) as never)
          const f = functionsOf({ net } as never, uploadAll(params)).net as (x: AnyValue) => AnyValue
          const input = (net as unknown as { readonly input: { readonly shape: [number] } }).input
          const x = value(input as never, new Array(input.shape[0]).fill(0.3) as never)
          expect(Array.from(f(x).tensor.dataSync()).every(Number.isFinite)).toBe(true)
        })
      }),
      { seed: 1, numRuns: 30 },
    )
  })
})
