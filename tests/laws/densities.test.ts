/** Densities integrate to 1: 1,000 random distributions of each family, one along an axis each (integration.ts). */
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchedFamily, familyNames } from './batched.js'
import { integrals, logsAt, type Rule, ruleOf } from './integration.js'
import { runs } from './runs.js'

const n = runs().numRuns

describe.each(familyNames.map((name, i) => ({ name, seed: 1000 * runs().seed + i })))(
  '1,000 random densities of $name',
  ({ name, seed }) => {
    beforeAll(() => void tf.engine().startScope())
    afterAll(() => void tf.engine().endScope())

    it('integrate to 1', () => {
      const d = batchedFamily(name, n, seed)
      const rule = ruleOf(d, n) as Rule
      for (const [pair, sum] of integrals(rule, logsAt(d, rule, n), n, () => 1).entries())
        if (!(Math.abs(sum - 1) < 1e-3)) expect.fail(`${name}, ${pair}: ${sum}`)
    })
  },
)
