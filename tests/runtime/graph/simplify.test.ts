import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { traceStep } from '../../../src/inference/compiled/traceStep.js'
import { iwae } from '../../../src/inference/iwae.js'
import { vae } from '../../../src/models/vae.js'
import type { Graph } from '../../../src/runtime/graph/graph.js'
import { countKernels } from '../../../src/runtime/graph/print.js'
import { simplify } from '../../../src/runtime/graph/simplify.js'
import { expectSame, keepsResults, staysFinite } from './agreement.js'
import { feedsFor, kernelsOf, sketch } from './sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const agrees = (graph: Graph): Graph => {
  const after = simplify(graph)
  expectSame({ graph, feeds: feedsFor(graph) }, after)
  return after
}

const stepOf = (objective: Parameters<typeof traceStep>[0]['objective']): Graph => {
  const params = Object.fromEntries(
    Object.entries(objective.nets).flatMap(([net, { parameters }]) =>
      Object.entries(parameters).map(([name, { shape }]) => [`${net}/${name}`, { shape }] as const),
    ),
  )
  return traceStep({ objective, params, paths: Object.keys(params), batch: 4, dataSize: 16 }).graph
}

const small = vae({ size: 6, latent: 2, hidden: [5] })

describe('simplify', () => {
  it('keeps what random graphs compute', () => {
    keepsResults(simplify, 300)
  })

  it('keeps finite what was, for inputs of magnitudes 1e+-20', () => {
    staysFinite(simplify, 200)
  })

  it('makes one Gemm of a layer, its bias and the numbers around it', () => {
    const graph = sketch((b, given) => {
      const x = b.add('Multiply', [given([4, 2, 3]), b.number(2, [4, 2, 3])], {})
      const flat = b.add('Reshape', [x], { shape: [8, 3] })
      const turned = b.add('Transpose', [given([5, 3])], { perm: [1, 0] })
      const product = b.add('BatchMatMul', [flat, turned], { transposeA: false, transposeB: false })
      const biased = b.add('Add', [product, b.add('Add', [given([5]), b.number(0, [5])], {})], {})
      return b.add('Reshape', [b.add('Reshape', [biased], { shape: [8, 5] })], { shape: [4, 2, 5] })
    })
    expect(kernelsOf(agrees(graph))).toEqual(['Reshape', 'Gemm', 'Reshape'])
  })

  it('folds what a gradient multiplies by ones', () => {
    const graph = sketch((b, given) => {
      const ones = b.number(1, [4])
      const mean = b.add('RealDiv', [b.add('Multiply', [ones, b.number(1, [1])], {}), b.number(4)], {})
      const wide = b.add('Multiply', [b.add('Reshape', [mean], { shape: [4, 1] }), b.number(1, [4, 3])], {})
      return b.add('Sum', [b.add('Multiply', [wide, given([4, 3])], {})], { axes: [0], keepDims: false })
    })
    expect(kernelsOf(agrees(graph))).toEqual(['Sum', 'Multiply'])
  })

  it('halves the step of a VAE and keeps its numbers', () => {
    const graph = stepOf(small.objective)
    const after = agrees(graph)
    expect(after.nodes.length).toBeLessThan(graph.nodes.length / 2)
    expect(countKernels(after)).toMatchObject({ Gemm: 11 })
    for (const kernel of ['BatchMatMul', 'Reshape', 'Transpose', 'PadV2', 'BroadcastTo'])
      expect(countKernels(after)).not.toHaveProperty(kernel)
  })

  it('keeps the numbers of an importance-weighted bound', () => {
    const after = agrees(stepOf(iwae(small.p, small.q, { particles: 3 })))
    expect(countKernels(after)).toMatchObject({ Gemm: 11 })
  })

  it('finds nothing more the second time', () => {
    const once = simplify(stepOf(small.objective))
    expect(simplify(once).nodes).toHaveLength(once.nodes.length)
  })
})
