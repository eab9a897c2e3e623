/** Models that draw, count or read for themselves: a recorded step would freeze what they found, so it is not recorded. */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { afterEach, describe, expect, it, vi } from 'vitest'

const X = g.real(2)
const data = { x: Array.from({ length: 7 }, (_, i) => [i / 7, -i / 7]) }
const options = { data, optimizer: g.sgd(0.1), steps: 4, batch: 3, seed: 1 } as const

/** −Σ (x − f(b))², with f on tensors. */
const objective = (f: (t: tf.Tensor) => tf.Tensor) =>
  g.expect(g.given({ x: X }), { b: g.parameter(X) }, ({ x, b }) =>
    g.neg(g.sum(g.square(g.sub(x, g.lift(X, f)(b()))))),
  )

const refusal = async (f: (t: tf.Tensor) => tf.Tensor): Promise<string> => {
  const result = await g.fit(objective(f), { ...options, runtime: 'onnx' })()
  return E.isLeft(result) ? result.left.map((e) => e.message).join() : 'nothing'
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a model that computes with numbers of its own', () => {
  let count = 0
  const shapes = (t: tf.Tensor) => t.shape
  const models: readonly (readonly [string, (t: tf.Tensor) => tf.Tensor])[] = [
    ['Math.random', (t) => tf.add(t, Math.random())],
    ['tf.randomUniform', (t) => tf.add(t, tf.randomUniform(shapes(t)))],
    ['tf.dropout', (t) => tf.dropout(t, 0.5)],
    ['a counter', (t) => tf.mul(t, ++count)],
  ]
  it.each(models)('%s: is refused by name, and runs eagerly under auto', async (_, f) => {
    expect(await refusal(f)).toContain('the model computes with numbers of its own')
    const notices: string[] = []
    const fit = await g.orThrow(
      g.fit(objective(f), {
        ...options,
        onEvent: (e) => {
          if (e.type === 'notice') notices.push(e.message)
        },
      }),
    )
    expect(fit.diagnostics.runtime).toBe('wasm')
    expect(notices).toHaveLength(1)
    expect(notices[0]).toContain('the model computes with numbers of its own')
  })

  it('a tf.Variable, which may be assigned between steps, is refused', async () => {
    const held = tf.variable(tf.tensor1d([1, 2]))
    expect(await refusal((t) => tf.add(t, held))).toContain('the model reads a tf.Variable')
    held.dispose()
  })
})

describe('tensors that a model keeps', () => {
  it('are constants if they were computed from constants', async () => {
    let kept: tf.Tensor | undefined
    const f = (t: tf.Tensor): tf.Tensor => {
      kept ??= tf.keep(tf.sqrt(tf.range(1, 3)))
      return tf.mul(t, kept)
    }
    const plain = (t: tf.Tensor): tf.Tensor => tf.mul(t, tf.sqrt(tf.range(1, 3)))
    const [a, b] = await Promise.all(
      [f, plain].map((h) => g.orThrow(g.fit(objective(h), { ...options, runtime: 'onnx' }))),
    )
    expect(a?.history.map((h) => h.values.objective)).toEqual(b?.history.map((h) => h.values.objective))
  })

  it('cannot come from the parameters of another recording', async () => {
    let kept: tf.Tensor | undefined
    expect(
      await refusal((t) => {
        kept ??= tf.keep(tf.exp(t))
        return tf.mul(t, kept)
      }),
    ).toContain('a tensor that was computed while one step was recorded is used in another')
  })
})

describe('what goes wrong while a step is recorded', () => {
  it('an asynchronous read that nobody awaits refuses the recording and does not end the process', async () => {
    expect(
      await refusal((t) => {
        void t.data()
        return t
      }),
    ).toContain('a number is read while the step is recorded')
  })

  it('a model that throws is said to have thrown', async () => {
    expect(
      await refusal(() => {
        throw new Error('my own fault')
      }),
    ).toContain('the model threw while its step was recorded: my own fault')
  })

  it('a smaller batch that cannot be compiled is found at the start', async () => {
    const f = (t: tf.Tensor): tf.Tensor => t
    const odd = g.expect(g.given({ x: X }), { b: g.parameter(X) }, ({ x, b }) => {
      const rest = x.axes.some((a) => a.name === 'datum' && a.size === 1)
      const h = rest ? (t: tf.Tensor) => tf.add(t, tf.topk(tf.tensor1d([1, 2]), 1).values) : f
      return g.neg(g.sum(g.square(g.sub(x, g.lift(X, h)(b())))))
    })
    const fit = await g.orThrow(
      g.fit(odd, { ...options, steps: undefined, epochs: 1, onEvent: () => {} } as never),
    )
    expect(fit.diagnostics).toMatchObject({ steps: 3, runtime: 'wasm' })
    expect(fit.diagnostics.notices[0]).toContain("the tfjs kernel 'TopK' cannot be compiled")
  })
})

describe('a kernel that the WASM backend lacks', () => {
  const f = (t: tf.Tensor): tf.Tensor => {
    const numbers = tf.tensor1d([1, 2])
    const sums = tf.unsortedSegmentSum(numbers, tf.tensor1d([0, 1], 'int32'), 2)
    return tf.add(tf.add(t, tf.topk(numbers, 1).values), sums)
  }

  it('runs on plain JavaScript under auto, and says what to use where wasm is asked for', async () => {
    const fit = await g.orThrow(g.fit(objective(f), { ...options, onEvent: () => {} }))
    expect(fit.diagnostics.runtime).toBe('cpu')
    expect(fit.diagnostics.notices).toHaveLength(1)
    const result = await g.fit(objective(f), { ...options, runtime: 'wasm' })()
    expect(E.isLeft(result) ? result.left[0]?.remedy : '').toBe(
      "use { runtime: 'cpu' }, which has every kernel of tfjs",
    )
  })
})

describe('evaluate', () => {
  it('says so when it does not compile', async () => {
    const said: string[] = []
    vi.spyOn(console, 'warn').mockImplementation((text: string) => void said.push(text))
    const o = objective((t) => tf.add(t, tf.topk(tf.tensor1d([1, 2]), 1).values))
    const params = g.init({ nets: o.nets }, 1)
    await g.orThrow(g.evaluate(o, { params, data } as never))
    expect(said.filter((text) => text.startsWith('giry: the step is not compiled'))).toHaveLength(1)
  })
})

describe('a recording that is refused', () => {
  it('leaves no tensors counted', async () => {
    const bad = objective((t) => tf.mul(t, t.dataSync()[0] as number))
    await refusal((t) => t)
    const before = tf.memory().numTensors
    for (let k = 0; k < 3; k++) await g.fit(bad, { ...options, runtime: 'onnx' })()
    expect(tf.memory().numTensors).toBe(before)
  })
})
