import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GiryException } from '../../../src/dsl/error.js'
import { sizeOf } from '../../../src/dsl/shape.js'
import { loadOnnxRuntime, type OnnxRuntime } from '../../../src/runtime/onnx/load.js'
import { int, ints, type OnnxAttributes, type OnnxModel } from '../../../src/runtime/onnx/lowering.js'
import { defaultThreads } from '../../../src/runtime/onnx/session/threads.js'
import {
  type Arrays,
  createProgram,
  createSession,
  type Program,
  type ProgramOptions,
  profileSummary,
} from '../../../src/runtime/onnx/session.js'
import { writeModel } from '../../../src/runtime/onnx/write.js'

/** y = operator(inputs), all float32. */
const modelOf = (
  operator: string,
  inputs: readonly (readonly (number | string)[])[],
  output: readonly (number | string)[],
  attributes: OnnxAttributes = {},
  axes?: readonly number[],
): OnnxModel => {
  const names = inputs.map((_, i) => `x${i}`)
  return {
    inputs: inputs.map((shape, i) => ({ name: `x${i}`, type: 'float32', shape })),
    outputs: [{ name: 'y', type: 'float32', shape: output }],
    constants: axes === undefined ? [] : [{ name: 'axes', type: 'int64', shape: [axes.length], value: axes }],
    nodes: [
      {
        operator,
        domain: '',
        inputs: axes === undefined ? names : [...names, 'axes'],
        outputs: ['y'],
        attributes,
      },
    ],
  }
}

/** y = x0 + x1, z = x0 * x1, b = x0 < x1, n = -k: several outputs, all types. */
const several: OnnxModel = {
  inputs: [
    { name: 'x0', type: 'float32', shape: [2, 3] },
    { name: 'x1', type: 'float32', shape: [3] },
    { name: 'k', type: 'int32', shape: [2] },
  ],
  outputs: [
    { name: 'y', type: 'float32', shape: [2, 3] },
    { name: 'z', type: 'float32', shape: [2, 3] },
    { name: 'b', type: 'bool', shape: [2, 3] },
    { name: 'n', type: 'int32', shape: [2] },
  ],
  constants: [],
  nodes: [
    { operator: 'Add', domain: '', inputs: ['x0', 'x1'], outputs: ['y'], attributes: {} },
    { operator: 'Mul', domain: '', inputs: ['x0', 'x1'], outputs: ['z'], attributes: {} },
    { operator: 'Less', domain: '', inputs: ['x0', 'x1'], outputs: ['b'], attributes: {} },
    { operator: 'Neg', domain: '', inputs: ['k'], outputs: ['n'], attributes: {} },
  ],
}

/** The types of WebAssembly are not those of Node. */
interface Memory {
  readonly buffer: ArrayBuffer
  readonly grow: (pages: number) => number
}
type MemoryOptions = { readonly initial: number; readonly maximum?: number; readonly shared?: boolean }
const { Memory } = (
  globalThis as unknown as { WebAssembly: { Memory: new (options: MemoryOptions) => Memory } }
).WebAssembly

const runtimes: Partial<Record<'onnx-node' | 'onnx-web', OnnxRuntime>> = {}
const runtime = (name: 'onnx-node' | 'onnx-web'): OnnxRuntime => runtimes[name] as OnnxRuntime

beforeAll(async () => {
  for (const name of ['onnx-node', 'onnx-web'] as const) {
    const loaded = await loadOnnxRuntime(name, { threads: 2 })()
    if (E.isLeft(loaded)) throw new GiryException(loaded.left)
    runtimes[name] = loaded.right
  }
})

const using = async <A>(
  rt: OnnxRuntime,
  model: OnnxModel,
  work: (program: Program) => A | Promise<A>,
  options: ProgramOptions = {},
): Promise<A> => {
  const program = await createProgram(rt, writeModel(model), options)
  try {
    return await work(program)
  } finally {
    await program.dispose()
  }
}

const messages = async (work: () => unknown): Promise<readonly string[]> => {
  try {
    await work()
  } catch (e) {
    if (e instanceof GiryException) return e.errors.map((error) => error.message)
    throw e
  }
  throw new Error('nothing was refused')
}

describe.each(['onnx-node', 'onnx-web'] as const)('programs on %s', (name) => {
  const add = modelOf('Add', [[4], [4]], [4])

  it('read what the arrays hold at each run and write into the arrays, views into a memory included', () =>
    using(runtime(name), add, async (program) => {
      const memory = new Memory({ initial: 1 })
      const x0 = new Float32Array(memory.buffer, 16, 4).fill(1)
      const x1 = new Float32Array(memory.buffer, 32, 4).fill(2)
      const y = new Float32Array(memory.buffer, 256, 4)
      const bound = program.bind({ inputs: { x0, x1 }, outputs: { y } })
      await bound.run()
      expect([...y]).toEqual([3, 3, 3, 3])
      x0.set([5, 6, 7, 8])
      await bound.run()
      expect([...y]).toEqual([7, 8, 9, 10])
      expect([...new Float32Array(memory.buffer, 0, 4)]).toEqual([0, 0, 0, 0])
      expect([...new Float32Array(memory.buffer, 256 + 16, 4)]).toEqual([0, 0, 0, 0])
    }))

  it('random places in one buffer: only the output changes, and it is the sum', () =>
    using(runtime(name), add, (program) =>
      fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 3, maxLength: 3 }),
          fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e3, max: 1e3 }), {
            minLength: 32,
            maxLength: 32,
          }),
          async (places, numbers) => {
            const all = Float32Array.from(numbers)
            const [x0, x1, y] = places.map((p) => all.subarray(4 * p, 4 * p + 4)) as [
              Float32Array,
              Float32Array,
              Float32Array,
            ]
            const expected = Float32Array.from(numbers)
            expected.set(
              x0.map((a, i) => a + (x1[i] as number)),
              y.byteOffset / 4,
            )
            await program.bind({ inputs: { x0, x1 }, outputs: { y } }).run()
            expect(all).toEqual(expected)
          },
        ),
        { numRuns: 30 },
      ),
    ))

  it('bind several sets of arrays, used in turn and at once', () =>
    using(runtime(name), add, async (program) => {
      const sets = [1, 2, 3].map((k) => {
        const y = new Float32Array(4)
        const arrays = { x0: new Float32Array(4).fill(k), x1: new Float32Array(4).fill(10 * k) }
        return { y, bound: program.bind({ inputs: arrays, outputs: { y } }) }
      })
      await Promise.all(sets.map(({ bound }) => bound.run()))
      expect(sets.map(({ y }) => y[3])).toEqual([11, 22, 33])
      for (const { y, bound } of sets) {
        y.fill(0)
        await bound.run()
      }
      expect(sets.map(({ y }) => y[0])).toEqual([11, 22, 33])
    }))

  it('compute all types, and only the outputs that have arrays', () =>
    using(runtime(name), several, async (program) => {
      const inputs = {
        x0: Float32Array.of(1, 2, 3, 4, 5, 6),
        x1: Float32Array.of(2, 2, 4),
        k: Int32Array.of(7, -8),
      }
      const outputs = { z: new Float32Array(6), b: new Uint8Array(6), n: new Int32Array(2) }
      await program.bind({ inputs, outputs }).run()
      expect(outputs).toEqual({
        z: Float32Array.of(2, 4, 12, 8, 10, 24),
        b: Uint8Array.of(1, 0, 1, 0, 0, 0),
        n: Int32Array.of(-7, 8),
      })
    }))

  it('fill in a free size from the array', () =>
    using(runtime(name), modelOf('Relu', [['n', 3]], ['n', 3]), async (program) => {
      for (const n of [1, 4]) {
        const y = new Float32Array(3 * n)
        await program.bind({ inputs: { x0: new Float32Array(3 * n).fill(n) }, outputs: { y } }).run()
        expect([...y]).toEqual(new Array(3 * n).fill(n))
      }
    }))

  it('name every array that does not fit', () =>
    using(runtime(name), several, async (program) => {
      const arrays: Arrays = {
        inputs: { x0: new Float32Array(5), k: new Float32Array(2), w: new Float32Array(1) },
        outputs: { y: new Float32Array(7), loss: new Float32Array(1) },
      }
      expect(await messages(() => program.bind(arrays))).toEqual([
        "input 'x1' of the model has no array",
        "the model has no input 'w'",
        "input 'x0' is float32[2, 3], and a Float32Array of 5 numbers does not fit",
        "input 'k' is int32[2], and a Float32Array of 2 numbers does not fit",
        "the model has no output 'loss'",
        "output 'y' is float32[2, 3], and a Float32Array of 7 numbers does not fit",
      ])
      const x0 = new Float32Array(6)
      const inputs = { x0, x1: new Float32Array(3), k: new Int32Array(2) }
      expect(await messages(() => program.bind({ inputs, outputs: {} }))).toEqual([
        'no output of the model has an array',
      ])
      expect(await messages(() => program.bind({ inputs, outputs: { y: x0 } }))).toEqual([
        "the arrays of 'y' and 'x0' overlap, and 'y' is written",
      ])
    }))

  it('say so when the memory behind an array has grown, or the program was disposed', async () => {
    const memory = new Memory({ initial: 1 })
    const x0 = new Float32Array(memory.buffer, 0, 4)
    const bound = await using(runtime(name), add, async (program) => {
      const b = program.bind({ inputs: { x0, x1: new Float32Array(4) }, outputs: { y: new Float32Array(4) } })
      await b.run()
      return b
    })
    expect(await messages(bound.run)).toEqual([
      `${runtime(name).package} failed to run the model: it was disposed`,
    ])
    await using(runtime(name), add, async (program) => {
      const b = program.bind({ inputs: { x0, x1: new Float32Array(4) }, outputs: { y: new Float32Array(4) } })
      memory.grow(1)
      expect(await messages(b.run)).toEqual([
        "the memory behind 'x0' is gone: it has grown, or was moved to another thread",
      ])
    })
  })

  it('a model that ONNX Runtime refuses is an error, not a crash', async () => {
    const bad = await createSession(runtime(name), Uint8Array.of(1, 2, 3))()
    expect(bad).toMatchObject({ left: [{ tag: 'runtime', where: name }] })
    const unknown = await createSession(runtime(name), writeModel(modelOf('NoSuchOperator', [[1]], [1])))()
    expect(E.isLeft(unknown) && unknown.left[0]?.message).toMatch(/does not load the model: .*NoSuchOperator/)
  })
})

describe('what the packages differ in', () => {
  it('shared memory: onnxruntime-web copies it, onnxruntime-node refuses it', async () => {
    const { buffer } = new Memory({ initial: 1, maximum: 1, shared: true })
    const x0 = new Float32Array(buffer, 0, 4).fill(2)
    const y = new Float32Array(buffer, 64, 4)
    const arrays = { inputs: { x0 }, outputs: { y } }
    const negate = modelOf('Neg', [[4]], [4])
    await using(runtime('onnx-web'), negate, (program) => program.bind(arrays).run())
    expect([...y]).toEqual([-2, -2, -2, -2])
    await using(runtime('onnx-node'), negate, async (program) => {
      expect((await messages(() => program.bind(arrays)))[0]).toBe(
        "the array of 'x0' lies in memory shared between threads, which onnxruntime-node does not take",
      )
    })
  })

  it('onnxruntime-web has one number of threads, and no profile', async () => {
    const bytes = writeModel(modelOf('Neg', [[4]], [4]))
    const { threads } = runtime('onnx-web')
    expect(await messages(() => createProgram(runtime('onnx-web'), bytes, { threads: threads + 1 }))).toEqual(
      [`onnxruntime-web was loaded with ${threads} threads, and all its programs share them`],
    )
    expect(await messages(() => createProgram(runtime('onnx-web'), bytes, { profile: 'x' }))).toEqual([
      'onnxruntime-web writes no profile',
    ])
    expect(await messages(() => createProgram(runtime('onnx-node'), bytes, { threads: 0 }))).toEqual([
      'threads = 0 is no number of threads',
    ])
  })
})

describe('threads', () => {
  const random = (size: number, seed: number): Float32Array => {
    let state = seed
    return Float32Array.from({ length: size }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state / 2 ** 31 - 1
    })
  }

  /** How many numbers differ in a bit (vitest's own comparison of large arrays is slow). */
  const differing = (a: Int32Array, b: Int32Array): number => a.filter((x, i) => x !== b[i]).length

  const bitsOf = (model: OnnxModel, options: ProgramOptions): Promise<Int32Array> =>
    using(
      runtime('onnx-node'),
      model,
      async (program) => {
        const y = new Float32Array(sizeOf(model.outputs[0]?.shape as readonly number[]))
        const inputs = Object.fromEntries(
          model.inputs.map(({ name, shape }, i) => [name, random(sizeOf(shape as readonly number[]), i + 1)]),
        )
        await program.bind({ inputs, outputs: { y } }).run()
        return new Int32Array(y.buffer)
      },
      options,
    )

  const gemm = (m: number, k: number, n: number, a: 0 | 1 = 0, b: 0 | 1 = 0): OnnxModel =>
    modelOf('Gemm', [a ? [k, m] : [m, k], b ? [n, k] : [k, n]], [m, n], { transA: int(a), transB: int(b) })
  const reduce = (shape: readonly number[], axes: readonly number[]): OnnxModel =>
    modelOf(
      'ReduceSum',
      [shape],
      shape.filter((_, i) => !axes.includes(i)),
      { keepdims: int(0) },
      axes,
    )
  const same = { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }

  const models: readonly (readonly [string, OnnxModel])[] = [
    ['Gemm 128x784x400', gemm(128, 784, 400)],
    ['Gemm 784x128x400, A transposed', gemm(784, 128, 400, 1)],
    ['Gemm 128x400x784, B transposed', gemm(128, 400, 784, 0, 1)],
    ['Gemm 400x4096x40', gemm(400, 4096, 40)],
    ['ReduceSum over all', reduce([128, 784], [0, 1])],
    ['ReduceSum over the first', reduce([128, 784], [0])],
    ['ReduceSum over the last', reduce([128, 784], [1])],
    ['ReduceSum over the middle', reduce([64, 50, 70], [1])],
    ['ReduceSum over a long first', reduce([20000, 3], [0])],
    ['Softmax', modelOf('Softmax', [[128, 784]], [128, 784], { axis: int(1) })],
    ['Tanh', modelOf('Tanh', [[1001, 33]], [1001, 33])],
    ['Exp', modelOf('Exp', [[1001, 33]], [1001, 33])],
    [
      'Conv',
      modelOf(
        'Conv',
        [
          [16, 32, 14, 14],
          [64, 32, 4, 4],
        ],
        [16, 64, 7, 7],
        same,
      ),
    ],
    [
      'ConvTranspose',
      modelOf(
        'ConvTranspose',
        [
          [16, 64, 7, 7],
          [64, 32, 4, 4],
        ],
        [16, 32, 14, 14],
        same,
      ),
    ],
  ]

  it.each(models)('1, 2, 3 and 4 give the same bits: %s', async (_, model) => {
    const one = await bitsOf(model, { threads: 1 })
    for (const threads of [2, 3, 4]) expect(differing(await bitsOf(model, { threads }), one)).toBe(0)
  })

  // Shares of 64 columns or fewer are summed in longer blocks; an odd size ends in the middle of a vector.
  const dependent: readonly (readonly [string, OnnxModel])[] = [
    ['Gemm 20x784x128', gemm(20, 784, 128)],
    ['Log', modelOf('Log', [[1001, 333]], [1001, 333])],
  ]

  it.each(dependent)(
    'deterministic means one thread, and one number of threads one result: %s',
    async (_, model) => {
      const one = await bitsOf(model, { threads: 1 })
      for (const threads of [2, 4]) {
        expect(differing(await bitsOf(model, { threads, deterministic: true }), one)).toBe(0)
        const first = await bitsOf(model, { threads })
        expect(differing(await bitsOf(model, { threads }), first)).toBe(0)
      }
    },
  )

  it('are the physical cores, at most 8, if left out', async () => {
    const threads = await defaultThreads()
    expect(Number.isInteger(threads) && threads >= 1 && threads <= 8).toBe(true)
    await using(runtime('onnx-node'), gemm(2, 2, 2), (program) => {
      expect(program.threads).toBe(runtime('onnx-node').threads)
    })
  })
})

describe('options', () => {
  it('denormal numbers are kept', () =>
    using(runtime('onnx-node'), modelOf('Mul', [[4], [4]], [4]), async (program) => {
      const y = new Float32Array(4)
      const inputs = { x0: new Float32Array(4).fill(1e-20), x1: new Float32Array(4).fill(1e-20) }
      await program.bind({ inputs, outputs: { y } }).run()
      expect(y[3]).toBe(Math.fround(Math.fround(1e-20) ** 2)) // 1e-40, below 2^-126
    }))

  it('without optimization the model runs as it is written', () =>
    using(
      runtime('onnx-node'),
      modelOf('Identity', [[2]], [2]),
      async (program) => {
        const y = new Float32Array(2)
        await program.bind({ inputs: { x0: Float32Array.of(3, 4) }, outputs: { y } }).run()
        expect([...y]).toEqual([3, 4])
      },
      { optimize: false, spin: 0 },
    ))
})

describe('profiles', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'giry-profile-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('count the calls of each operator and their time', async () => {
    const events = await using(
      runtime('onnx-node'),
      several,
      async (program) => {
        const inputs = { x0: new Float32Array(6), x1: new Float32Array(3), k: new Int32Array(2) }
        const bound = program.bind({ inputs, outputs: { y: new Float32Array(6), n: new Int32Array(2) } })
        for (let i = 0; i < 3; i++) await bound.run()
        return JSON.parse(await readFile(await program.endProfile(), 'utf8')) as unknown
      },
      { profile: join(folder, 'step') },
    )
    const summary = profileSummary(events)
    if (E.isLeft(summary)) throw new GiryException(summary.left)
    const calls = Object.fromEntries(summary.right.map(({ operator, calls: n }) => [operator, n]))
    expect(calls).toMatchObject({ Add: 3, Neg: 3 })
    expect(summary.right.every((t) => t.microseconds >= 0)).toBe(true)
    const times = summary.right.map((t) => t.microseconds)
    expect(times).toEqual([...times].sort((a, b) => b - a))
  })

  it('sums by operator, of kernel events only', () => {
    const event = (name: string, op: string, dur: number) => ({
      cat: 'Node',
      name,
      dur,
      args: { op_name: op },
    })
    expect(
      profileSummary([
        { cat: 'Session', name: 'model_run', dur: 900, args: {} },
        event('a_kernel_time', 'Add', 5),
        event('a_fence_before', 'Add', 100),
        event('m_kernel_time', 'Gemm', 50),
        event('b_kernel_time', 'Add', 6),
        null,
      ]),
    ).toEqual(
      E.right([
        { operator: 'Gemm', calls: 1, microseconds: 50 },
        { operator: 'Add', calls: 2, microseconds: 11 },
      ]),
    )
    expect(profileSummary({})).toMatchObject({ left: [{ tag: 'data' }] })
  })

  it('a program without profile says so', () =>
    using(runtime('onnx-node'), several, async (program) => {
      expect(await messages(program.endProfile)).toEqual(['this program is not profiled'])
    }))
})
