/**
 * Compiled = eager for latents with implicit pathwise gradients: gamma, inverse gamma, beta, Dirichlet, Student t, von Mises.
 * Oracle: the same objective on tfjs's cpu backend, same bits of noise.
 */
import { describe, expect, it } from 'vitest'
import { dataset } from '../../../src/dsl/dataset.js'
import { flattenParams, type NetParams } from '../../../src/dsl/params.js'
import { batchAt } from '../../../src/inference/batches.js'
import { init } from '../../../src/inference/init.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import { cases } from '../concentrations.js'
import { compare } from './agree.js'

const paramsOf = (nets: never, seed: number) =>
  flattenParams(init({ nets }, seed) as Readonly<Record<string, NetParams>>)

describe('implicit pathwise gradients, compiled', () => {
  it.each(Object.entries(cases))('%s', async (_, make) => {
    const { objective, data } = make()
    const rows = dataset(objective.data, data as never)
    const all = Int32Array.from({ length: rows.size }, (_, i) => i)
    for (const seed of [1, 2]) {
      const batch = batchAt(rows, all, keyFromSeed(seed))
      const { difference, bound } = await compare(objective, paramsOf(objective.nets as never, seed), batch)
      expect(difference).toBeLessThan(bound)
    }
  })
})
