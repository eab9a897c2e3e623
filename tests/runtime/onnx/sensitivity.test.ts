import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { traceStep } from '../../../src/inference/compiled/traceStep.js'
import { iwae } from '../../../src/inference/iwae.js'
import { vae } from '../../../src/models/vae.js'
import { type Builder, builder } from '../../../src/runtime/graph/builder.js'
import type { Graph, Ref } from '../../../src/runtime/graph/graph.js'
import { simplify } from '../../../src/runtime/graph/simplify.js'
import { lower } from '../../../src/runtime/onnx/lower.js'
import { sensitiveNodes } from '../../../src/runtime/onnx/sensitivity.js'
import { expectClose } from './close.js'
import { runGraph } from './runGraph.js'

type Named = Readonly<Record<string, Ref>>

/** Which of the named nodes are sensitive. */
const sensitive = (
  write: (build: Builder, x: Ref, l: Ref) => { readonly y: Ref; readonly watched: Named },
  outputs = false,
): readonly string[] => {
  const build = builder()
  const x = build.input('x', [4, 3], 'float32')
  const l = build.input('l', [4, 3], 'float32')
  const { y, watched } = write(build, x, l)
  const found = sensitiveNodes({ nodes: build.nodes, outputs: { y } }, outputs)
  return Object.keys(watched).filter((name) => found[watched[name] as Ref])
}

const small = vae({ size: 8, latent: 2, hidden: [5] })

const stepOf = (objective: Parameters<typeof traceStep>[0]['objective']): Graph => {
  const params = Object.fromEntries(
    Object.entries(objective.nets).flatMap(([net, { parameters }]) =>
      Object.entries(parameters).map(([name, { shape }]) => [`${net}/${name}`, { shape }] as const),
    ),
  )
  return traceStep({ objective, params, paths: Object.keys(params), batch: 128, dataSize: 512 }).graph
}

const all = { axes: [0, 1], keepDims: false }

describe('sensitivity', () => {
  it('the log likelihood of bits, and its gradient by the logits, are not', () => {
    expect(
      sensitive((b, x, l) => {
        const softplus = b.add('Softplus', [l], {})
        const terms = b.add('Sub', [b.add('Multiply', [x, l], {}), softplus], {})
        const sigmoid = b.add('Sigmoid', [l], {})
        const gradient = b.add('Sum', [b.add('Multiply', [b.number(-0.01, [4, 3]), sigmoid], {})], all)
        const mean = b.add('RealDiv', [b.add('Sum', [terms], all), b.number(4)], {})
        return { y: b.add('Add', [mean, gradient], {}), watched: { softplus, sigmoid } }
      }),
    ).toEqual([])
  })

  it('what a logarithm, root, quotient or comparison reads is', () => {
    for (const reader of ['Log', 'Log1p', 'Reciprocal', 'Rsqrt', 'Sqrt', 'Sign'] as const)
      expect(
        sensitive((b, x) => {
          const softplus = b.add('Softplus', [x], {})
          return { y: b.add(reader, [softplus], {}), watched: { softplus } }
        }),
      ).toEqual(['softplus'])
    for (const reader of ['Greater', 'Equal', 'Pow'] as const)
      expect(
        sensitive((b, x, l) => {
          const softplus = b.add('Softplus', [x], {})
          return { y: b.add(reader, [softplus, l], {}), watched: { softplus } }
        }),
      ).toEqual(['softplus'])
  })

  it('numerator and denominator of a computed quotient are; of one by a constant, neither', () => {
    const quotient = (constant: boolean) =>
      sensitive((b, x, l) => {
        const sigmoid = b.add('Sigmoid', [x], {})
        const softplus = b.add('Softplus', [l], {})
        const divisor = constant ? b.number(3) : softplus
        return { y: b.add('RealDiv', [sigmoid, divisor], {}), watched: { sigmoid, softplus } }
      })
    expect(quotient(false)).toEqual(['sigmoid', 'softplus'])
    expect(quotient(true)).toEqual([])
  })

  it('a factor beside something that may be large is', () => {
    for (const kernel of ['Exp', 'Reciprocal', 'Tanh'] as const)
      expect(
        sensitive((b, x, l) => {
          const sigmoid = b.add('Sigmoid', [x], {})
          const other = b.add('Neg', [b.add(kernel, [l], {})], {})
          return { y: b.add('Multiply', [sigmoid, other], {}), watched: { sigmoid } }
        }),
      ).toEqual(kernel === 'Tanh' ? [] : ['sigmoid'])
  })

  it('passes through arithmetic, sums, reshapes, products of matrices and resizes, and not through exponentials', () => {
    const through = (between: (b: Builder, x: Ref) => Ref) =>
      sensitive((b, x) => {
        const softplus = b.add('Softplus', [x], {})
        return { y: b.add('Log', [between(b, softplus)], {}), watched: { softplus } }
      })
    expect(
      through((b, x) => b.add('Add', [b.add('Reshape', [x], { shape: [12] }), b.number(1)], {})),
    ).toEqual(['softplus'])
    expect(through((b, x) => b.add('Sum', [b.add('Square', [x], {})], all))).toEqual(['softplus'])
    expect(through((b, x) => b.add('Exp', [x], {}))).toEqual([])
    expect(through((b, x) => b.add('Softmax', [x], { axis: 1 }))).toEqual([])
    expect(
      through((b, x) =>
        b.add('BatchMatMul', [x, b.number(1, [3, 2])], { transposeA: false, transposeB: false }),
      ),
    ).toEqual(['softplus'])
    expect(
      through((b, x) =>
        b.add('ResizeBilinear', [b.add('Reshape', [x], { shape: [1, 4, 3, 1] })], {
          size: [8, 6],
          alignCorners: false,
          halfPixelCenters: false,
        }),
      ),
    ).toEqual(['softplus'])
  })

  it('what is multiplied by a number above 1, or divided by one below, is', () => {
    const scaled = (write: (b: Builder, s: Ref, l: Ref) => Ref) =>
      sensitive((b, x, l) => {
        const softplus = b.add('Softplus', [x], {})
        return { y: write(b, softplus, l), watched: { softplus } }
      })
    const times = (c: number) => scaled((b, s) => b.add('Multiply', [s, b.number(c)], {}))
    const over = (c: number) => scaled((b, s) => b.add('RealDiv', [s, b.number(c)], {}))
    expect([times(1e6), times(-3), over(1e-6)]).toEqual([['softplus'], ['softplus'], ['softplus']])
    expect([times(1), times(-0.01), over(128)]).toEqual([[], [], []])
    const gemm = (alpha: number) =>
      scaled((b, s, l) => b.add('Gemm', [s, l], { transposeA: false, transposeB: true, alpha, beta: 1 }))
    expect([gemm(1), gemm(100)]).toEqual([[], ['softplus']])
    // The other factor is a product of matrices, one of which is large.
    expect(
      scaled((b, s, l) => {
        const weights = b.add('Multiply', [b.number(50), b.add('Tanh', [l], {})], {})
        const large = b.add('BatchMatMul', [weights, b.number(1, [3, 3])], {
          transposeA: false,
          transposeB: false,
        })
        return b.add('Multiply', [s, b.add('RealDiv', [large, b.number(2)], {})], {})
      }),
    ).toEqual(['softplus'])
  })

  it('log-sum-exp, which compares with its own maximum, leaves its terms alone', () => {
    expect(
      sensitive((b, x) => {
        const softplus = b.add('Softplus', [x], {})
        const max = b.add('Max', [softplus], { axes: [1], keepDims: true })
        const attained = b.add('Cast', [b.add('Equal', [softplus, max], {})], { dtype: 'float32' })
        const others = b.add('Exp', [b.add('Sub', [softplus, max], {})], {})
        return { y: b.add('Sum', [b.add('Add', [attained, others], {})], all), watched: { softplus } }
      }),
    ).toEqual([])
  })

  it('terms of log weights, and what softmax weights multiply, are not', () => {
    expect(
      sensitive((b, x) => {
        const softplus = b.add('Softplus', [x], {})
        const axes = { axes: [0], keepDims: true }
        const greatest = b.add('ClipByValue', [b.add('Max', [softplus], axes)], { min: -3e38, max: 3e38 })
        const attained = b.add('Cast', [b.add('Equal', [softplus, greatest], {})], { dtype: 'float32' })
        const powers = b.add('Exp', [b.add('Sub', [softplus, greatest], {})], {})
        const total = b.add('Maximum', [b.add('Sum', [powers], axes), b.number(1e-30)], {})
        const weights = b.add('RealDiv', [powers, total], {})
        const sigmoid = b.add('Sigmoid', [x], {})
        const slope = b.add('Multiply', [weights, sigmoid], {})
        return { y: b.add('Add', [slope, attained], {}), watched: { softplus, sigmoid } }
      }),
    ).toEqual([])
  })

  it('a factor of any other quotient is', () => {
    expect(
      sensitive((b, x) => {
        const sigmoid = b.add('Sigmoid', [x], {})
        const quotient = b.add(
          'RealDiv',
          [b.add('Exp', [x], {}), b.add('Sum', [x], { axes: [0], keepDims: true })],
          {},
        )
        return { y: b.add('Multiply', [quotient, sigmoid], {}), watched: { sigmoid } }
      }),
    ).toEqual(['sigmoid'])
  })

  it('outputs are where asked', () => {
    const write = (b: Builder, x: Ref) => {
      const y = b.add('Softplus', [x], {})
      return { y, watched: { y } }
    }
    expect(sensitive(write, true)).toEqual(['y'])
    expect(sensitive(write)).toEqual([])
  })

  it('the log likelihoods of bits in the bounds of a VAE and with particles are not', () => {
    for (const objective of [small.objective, iwae(small.p, small.q, { particles: 3 })])
      expect(lower(simplify(stepOf(objective))).nodes.map((n) => n.operator)).toContain('ReduceProd')
  })

  it('logarithms of small probabilities and rates, and their gradients, keep their relative accuracy', async () => {
    const build = builder()
    const x = build.input('x', [], 'float32')
    const softplus = build.add('Softplus', [x], {})
    const sigmoid = build.add('Sigmoid', [x], {})
    const graph = {
      nodes: build.nodes,
      outputs: {
        logRate: build.add('Log', [softplus], {}),
        logProb: build.add('Log', [sigmoid], {}),
        slope: build.add('RealDiv', [sigmoid, softplus], {}),
      },
    }
    await fc.assert(
      fc.asyncProperty(fc.float({ min: -80, max: 20, noNaN: true }), async (at) => {
        const { logRate, logProb, slope } = await runGraph(graph, { x: Float32Array.of(at) })
        const rate = at > 0 ? at + Math.log1p(Math.exp(-at)) : Math.log1p(Math.exp(at))
        expectClose(logRate ?? [], [Math.log(rate)], { relative: 1e-6, absolute: 3e-7 })
        // 1 - 1e-8 is 1 in float32: the logarithm of a probability near 1 has an absolute error.
        expectClose(logProb ?? [], [-Math.log1p(Math.exp(-at))], { relative: 1e-6, absolute: 1e-7 })
        expectClose(slope ?? [], [1 / (1 + Math.exp(-at)) / rate], { relative: 1e-6 })
      }),
      { numRuns: 60 },
    )
  })
})
