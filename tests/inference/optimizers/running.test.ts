/**
 * Optimizers at work, against their formulas in float64 and, bit by bit, against the interpreter of expressions.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  adam,
  adamW,
  addWeightDecay,
  clipByGlobalNorm,
  clipByValue,
  descend,
  ema,
  momentum,
  optimisticAdam,
  rmsprop,
  scaleByAdam,
  scaleByRms,
  sgd,
  trace,
} from '../../../src/inference/optimizers/optimizers.js'
import { startOptimizer } from '../../../src/inference/optimizers/running.js'
import { exponentialDecay } from '../../../src/inference/optimizers/schedule.js'
import { compose, stagesOf } from '../../../src/inference/optimizers/stages.js'
import {
  fused,
  type Optimizer,
  optimizer,
  programOf,
  stateless,
  type Transformation,
} from '../../../src/inference/optimizers/transformation.js'
import { abs, add, div, input, mul } from '../../../src/runtime/fused/expression.js'
import { interpret } from '../../runtime/fused/interpreter.js'

type Numbers = readonly number[]
type Named<A> = Readonly<Record<string, A>>

const entries = <A, B>(arrays: Named<A>, f: (a: A, path: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(arrays).map(([path, a]) => [path, f(a, path)]))
const start = (params: Named<Numbers>) => entries(params, (p) => ({ data: Float32Array.from(p) }))
const listed = (arrays: Named<Float32Array>): Named<Numbers> => entries(arrays, (a) => [...a])
const fill = (views: Named<Float32Array>, numbers: Named<Numbers>): void => {
  for (const [path, view] of Object.entries(views)) view.set(numbers[path] as Numbers)
}

const length = fc.oneof(fc.constantFrom(0, 1, 3, 5, 17), fc.nat({ max: 40 }))
const lengths = fc.record({ w: length, 'net/b': length, last: length })
const sense = fc.constantFrom('max' as const, 'min' as const)
const float = fc.float({ min: -2, max: 2, noNaN: true })

/** Parameters and a gradient per step. */
const problem = (steps: number) =>
  lengths.chain((sizes) => {
    const arrays = fc.record(entries(sizes, (n) => fc.array(float, { minLength: n, maxLength: n })))
    return fc.record({
      params: arrays,
      gradients: fc.array(arrays, { minLength: steps, maxLength: steps }),
      sense,
    })
  })

/** Runs an optimizer on given gradients; the parameters after every step. */
const trajectory = (
  o: Optimizer,
  p: { params: Named<Numbers>; gradients: Named<Numbers>[]; sense: 'max' | 'min' },
) => {
  const running = startOptimizer(o, start(p.params), p.sense)
  return p.gradients.map((gradient) => {
    fill(running.gradients, gradient)
    expect(running.step()).toEqual({ finite: true })
    return listed(running.parameters())
  })
}

/** One entry of a textbook optimizer in float64: from g, θ and t to the next θ, with state in its closure. */
type Textbook = () => (g: number, theta: number, t: number) => number

const adamText =
  (weightDecay = 0): Textbook =>
  () => {
    let [m, s] = [0, 0]
    return (g, theta, t) => {
      m = 0.9 * m + 0.1 * g
      s = 0.999 * s + 0.001 * g * g
      const [mHat, sHat] = [m / (1 - 0.9 ** t), s / (1 - 0.999 ** t)]
      return theta - 0.1 * (mHat / (Math.sqrt(sHat) + 1e-8) + weightDecay * theta)
    }
  }
const momentumText =
  (nesterov: boolean): Textbook =>
  () => {
    let v = 0
    return (g, theta) => {
      v = 0.9 * v + g
      return theta - 0.1 * (nesterov ? g + 0.9 * v : v)
    }
  }
const rmsText: Textbook = () => {
  let s = 0
  return (g, theta) => {
    s = 0.9 * s + 0.1 * g * g
    return theta - (0.1 * g) / (Math.sqrt(s) + 1e-8)
  }
}

/** θ ← θ − 2 u + u', u the update of Adam, u' the one before; the first step is Adam's own. */
const optimisticText: Textbook = () => {
  const inner = adamText()()
  let before: number | undefined
  return (g, theta, t) => {
    const u = inner(g, theta, t) - theta
    const moved = theta + 2 * u - (before ?? u)
    before = u
    return moved
  }
}

const textbooks: readonly (readonly [string, Optimizer, Textbook])[] = [
  ['sgd', sgd(0.1), () => (g, theta) => theta - 0.1 * g],
  [
    'sgd with a schedule',
    sgd(exponentialDecay(1, 0.5, 2)),
    () => (g, theta, t) => theta - 0.5 ** (t / 2) * g,
  ],
  ['momentum', momentum(0.1), momentumText(false)],
  ['nesterov', momentum(0.1, 0.9, { nesterov: true }), momentumText(true)],
  ['adam', adam(0.1), adamText()],
  ['adamW', adamW(0.1, { weightDecay: 0.3 }), adamText(0.3)],
  ['rmsprop', rmsprop(0.1), rmsText],
  ['optimisticAdam', optimisticAdam(0.1), optimisticText],
  [
    'clipByValue',
    optimizer(clipByValue(0.5), sgd(0.1)),
    () => (g, theta) => theta - 0.1 * Math.min(0.5, Math.max(-0.5, g)),
  ],
]

describe('textbook optimizers', () => {
  it.each(textbooks)('%s', (_, o, textbook) => {
    fc.assert(
      fc.property(problem(5), (p) => {
        const found = trajectory(o, p)
        let worst = 0
        for (const [path, theta0] of Object.entries(p.params))
          theta0.forEach((initial, i) => {
            const next = textbook()
            let theta = initial
            p.gradients.forEach((gradient, t) => {
              const derivative = gradient[path]?.[i] as number
              theta = next(p.sense === 'max' ? -derivative : derivative, theta, t + 1)
              worst = Math.max(worst, Math.abs((found[t]?.[path]?.[i] as number) - theta))
            })
          })
        expect(worst).toBeLessThan(4e-6)
      }),
      { numRuns: 40 },
    )
  })

  it('the norm is that of all arrays together, without their padding', () => {
    fc.assert(
      fc.property(problem(1), fc.constantFrom(0.1, 1, 100), (p, bound) => {
        const gradient = p.gradients[0] as Named<Numbers>
        const norm = Math.hypot(...Object.values(gradient).flat())
        const found = trajectory(optimizer(clipByGlobalNorm(bound), sgd(1)), { ...p, sense: 'min' })
        const factor = bound / Math.max(bound, norm)
        for (const [path, theta] of Object.entries(p.params))
          theta.forEach((x, i) => {
            const expected = x - factor * (gradient[path]?.[i] as number)
            expect(Math.abs((found[0]?.[path]?.[i] as number) - expected)).toBeLessThan(1e-6)
          })
      }),
    )
  })

  it('the average follows its formula from the start on', () => {
    fc.assert(
      fc.property(problem(4), (p) => {
        const running = startOptimizer(ema(0.8, sgd(0.5)), start(p.params), p.sense)
        let average = p.params
        for (const gradient of p.gradients) {
          fill(running.gradients, gradient)
          running.step()
          const now = running.parameters()
          average = entries(average, (a, path) => a.map((x, i) => 0.8 * x + 0.2 * (now[path]?.[i] as number)))
        }
        for (const [path, a] of Object.entries(average))
          a.forEach((x, i) => {
            expect(Math.abs((running.average?.[path]?.[i] as number) - x)).toBeLessThan(2e-6)
          })
      }),
    )
    expect(startOptimizer(sgd(1), {}, 'min').average).toBeUndefined()
  })
})

/** A part in JavaScript: u ← 2 u + θ / step, in float32. */
const plain = stateless('plain', (u, path, { params, step }) => {
  const theta = params[path] as Float32Array
  for (let i = 0; i < u.length; i++)
    u[i] = Math.fround(2 * (u[i] as number)) + Math.fround((theta[i] as number) / step)
})

const anyPart = fc.constantFrom<Transformation>(
  plain,
  clipByValue(0.3),
  clipByGlobalNorm(0.7),
  addWeightDecay(0.1),
  scaleByAdam(),
  scaleByRms(0.9),
  trace(0.5, true),
  trace(0.9),
  descend(0.1),
  descend((t) => 1 / t),
  momentum(0.2),
)

/** A chain by interpretation, entry by entry; only the norm is taken as the library defines it, in float64. */
const interpreted = (
  o: Optimizer,
  p: { params: Named<Numbers>; gradients: Named<Numbers>[]; sense: 'max' | 'min' },
) => {
  const stages = stagesOf(programOf(o), true)
  const descent = p.sense === 'max' ? mul(-1, input('u')) : input('u')
  let theta = entries(p.params, (a) => a.map(Math.fround))
  const state = new Map<string, number>()
  return p.gradients.map((gradient, t) => {
    const step = t + 1
    let u = entries(gradient, (a) => a.map(Math.fround))
    for (const [k, stage] of stages.entries()) {
      if (stage.tag === 'plain') {
        u = entries(u, (a, path) =>
          a.map((x, i) => Math.fround(Math.fround(2 * x) + Math.fround((theta[path]?.[i] as number) / step))),
        )
        continue
      }
      const norm = Math.sqrt(
        Object.values(u)
          .flat()
          .reduce((s, x) => s + x * x, 0),
      )
      const scalars = new Map(
        stage.parts.flatMap(({ part, index }) =>
          Object.entries(part.scalars).map(([name, f]) => [`${index}.${name}`, f({ step, norm })]),
        ),
      )
      const { u: next, states } = compose(stage.parts, k === 0 ? descent : input('u'), input('theta'))
      u = entries(u, (a, path) =>
        a.map((x, i) => {
          const at = (name: string): number => {
            if (name === 'u') return x
            if (name === 'theta') return theta[path]?.[i] as number
            return scalars.get(name) ?? state.get(`${name} ${path} ${i}`) ?? 0
          }
          const value = interpret(next, at)
          const after = Object.entries(states).map(([name, e]) => [name, interpret(e, at)] as const)
          for (const [name, s] of after) state.set(`${name} ${path} ${i}`, s)
          return value
        }),
      )
    }
    theta = entries(theta, (a, path) => a.map((x, i) => Math.fround(x + (u[path]?.[i] as number))))
    return theta
  })
}

describe('any chain', () => {
  it('gives the bits of its interpretation, wherever plain parts stand', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 5 }), problem(3), (parts, p) => {
        const o = optimizer(...parts)
        const expected = interpreted(o, p)
        const found = trajectory(o, p)
        // The order in which squares are summed may turn the last bit of a norm: without a norm, every bit is the same.
        const tolerance = o.description.includes('clip norm') ? 1e-5 : 0
        found.forEach((arrays, t) => {
          for (const [path, a] of Object.entries(arrays))
            a.forEach((x, i) => {
              const y = expected[t]?.[path]?.[i] as number
              if (!(Math.abs(x - y) <= tolerance * (1 + Math.abs(y)))) expect(x).toBe(y)
            })
        })
      }),
      { numRuns: 100 },
    )
  })
})

/** Starts on one array, fills its gradient and takes one step. */
const stepOnce = (o: Optimizer, params: Numbers, gradient: Numbers) => {
  const running = startOptimizer(o, start({ w: params }), 'min')
  fill(running.gradients, { w: gradient })
  return { running, updated: running.step() }
}

describe('the arrays', () => {
  it('are views of one memory that keep their place, parameters alternating between two buffers', () => {
    const running = startOptimizer(adam(0.1), start({ a: [1, 2, 3], b: [4] }), 'max')
    const { gradients, buffers } = running
    expect(running.bufferIndex).toBe(0)
    expect(listed(running.parameters())).toEqual({ a: [1, 2, 3], b: [4] })
    expect(listed(running.previous())).toEqual({ a: [1, 2, 3], b: [4] })
    for (const step of [1, 2, 3]) {
      const before = listed(running.parameters())
      fill(gradients, { a: [1, -1, 0], b: [2] })
      running.step()
      expect(running.bufferIndex).toBe(step % 2)
      expect(running.parameters()).toBe(buffers[running.bufferIndex])
      expect(listed(running.previous())).toEqual(before)
    }
    const homes = [gradients, ...buffers].flatMap((views) => Object.values(views)).map((v) => v.buffer)
    expect(new Set(homes).size).toBe(1)
  })

  it('that are started from are copied', () => {
    const own = Float32Array.of(1, 2)
    const running = startOptimizer(sgd(1), { w: { data: own } }, 'min')
    fill(running.gradients, { w: [1, 1] })
    running.step()
    expect([...own]).toEqual([1, 2])
  })
})

describe('a plain part', () => {
  it('is started with copies, and sees the step, the parameters and the updates as they are', () => {
    const seen: unknown[] = []
    const spy: Transformation = {
      description: 'spy',
      init: (params) => {
        params.w?.fill(99)
        return (updates, { step, params: now }) => {
          seen.push([step, ...(updates.w as Float32Array), ...(now.w as Float32Array)])
        }
      },
    }
    const running = startOptimizer(optimizer(spy, sgd(0.5)), start({ w: [1, 2] }), 'max')
    for (const x of [1, 4]) {
      fill(running.gradients, { w: [x, x] })
      running.step()
    }
    expect(seen).toEqual([
      [1, -1, -1, 1, 2],
      [2, -4, -4, 1.5, 2.5],
    ])
  })

  it('is what a transformation becomes whose init is replaced', () => {
    const still: Optimizer = { ...adam(1), init: () => (updates) => void updates.w?.fill(0) }
    expect(listed(stepOnce(still, [5], [1]).running.parameters())).toEqual({ w: [5] })
  })

  it('that wraps a fused one gives what the fused one gives', () => {
    fc.assert(
      fc.property(problem(3), anyPart, anyPart, (p, a, b) => {
        const wrapped: Transformation = { description: 'wrapped', init: (params) => b.init(params) }
        const [direct, indirect] = [trajectory(optimizer(a, b), p), trajectory(optimizer(a, wrapped), p)]
        indirect.forEach((arrays, t) => {
          for (const [path, x] of Object.entries(arrays))
            x.forEach((v, i) => {
              // Factors are gathered across neighbors only, which may turn last bits.
              const w = direct[t]?.[path]?.[i] as number
              if (!(Math.abs(v - w) <= 1e-4 * (1 + Math.abs(w)))) expect(v).toBe(w)
            })
        })
      }),
    )
  })
})

describe('what is not finite', () => {
  const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const chains = [
    sgd(0.1),
    adam(0.1),
    optimizer(clipByValue(1), adam(0.1)),
    optimizer(clipByGlobalNorm(1), sgd(1)),
    optimizer(plain, sgd(1)),
  ]

  it('in a gradient changes nothing, wherever it is and whatever would hide it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...chains), fc.constantFrom(...bad), fc.nat({ max: 16 }), (o, x, at) => {
        const params = Array.from({ length: 17 }, (_, i) => i)
        const gradient = params.map((i) => (i === at ? x : 1))
        const { running, updated } = stepOnce(o, params, gradient)
        expect(updated).toEqual({ finite: false, found: 'gradient' })
        expect(listed(running.parameters())).toEqual({ w: params })
      }),
    )
  })

  it('in the new parameters leaves the last ones', () => {
    for (const o of [sgd(1e38), optimizer(adam(0.1), plain, sgd(3e38), sgd(3e38))]) {
      const { running, updated } = stepOnce(o, [1, 2, 3], [0, 100, 0])
      expect(updated).toEqual({ finite: false, found: 'parameters' })
      expect(listed(running.parameters())).toEqual({ w: [1, 2, 3] })
      expect(running.bufferIndex).toBe(0)
    }
  })

  it("in the padding is nobody's business: 0 / 0 there neither stops a step nor enters a norm", () => {
    const unit = fused('u / |u|', { update: ({ u }) => ({ u: div(u, abs(u)), states: {} }) })
    const o = optimizer(unit, clipByGlobalNorm(1), plain, unit)
    const running = startOptimizer(o, start({ w: [1, 2, 3] }), 'min')
    for (const step of [1, 2, 3]) {
      fill(running.gradients, { w: [1, 1, 1] })
      expect(running.step()).toEqual({ finite: true })
      expect(listed(running.parameters())).toEqual({ w: [1, 2, 3].map((x) => x + step) })
    }
    const last = startOptimizer(optimizer(clipByGlobalNorm(9), unit), start({ w: [1] }), 'min')
    for (const step of [1, 2, 3]) {
      fill(last.gradients, { w: [-5] })
      expect(last.step()).toEqual({ finite: true })
      expect(listed(last.parameters())).toEqual({ w: [1 - step] })
    }
  })

  it('does not arise where gradients are 0 and epsilon is too', () => {
    expect(stepOnce(adam(0.1, { epsilon: 0 }), [1, 2], [0, 1]).updated).toEqual({ finite: true })
  })
})

describe('gradients that are 0', () => {
  it('from the start leave a parameter as it is, bit for bit', () => {
    for (const o of [sgd(0.1), momentum(0.1), adam(0.1), rmsprop(0.1)])
      expect(listed(stepOnce(o, [0, 1e-30, 0.1], [0, 0, 0]).running.parameters())).toEqual({
        w: [0, 1e-30, 0.1].map(Math.fround),
      })
  })

  it('for ever leave no subnormal state, whose arithmetic would be slow', () => {
    const one = startOptimizer(adam(1e-3), start({ w: [1] }), 'min')
    fill(one.gradients, { w: [1e-3] })
    one.step()
    fill(one.gradients, { w: [0] })
    for (let step = 0; step < 20_000; step++) one.step()
    // Blocks: gradients, two buffers, m, s.
    const memory = new Float32Array(one.gradients.w?.buffer as ArrayBuffer, 0, 5 * 16)
    const [m, s] = [memory[48] as number, memory[64] as number]
    expect(m === 0 || Math.abs(m) > 1e-35).toBe(true)
    expect(s).toBeGreaterThanOrEqual(Math.fround(1e-32))
  })

  it('an average of a constant stays the constant', () => {
    const o = optimizer(
      fused('pass', { update: ({ u }) => ({ u: add(u, 0), states: {} }) }),
      scaleByAdam({ beta1: 0.99, beta2: 0.9999 }),
    )
    const running = startOptimizer(o, start({ w: [0] }), 'max')
    let last = 0
    for (let step = 1; step <= 3000; step++) {
      fill(running.gradients, { w: [-0.3] })
      const before = running.parameters().w?.[0] as number
      running.step()
      last = (running.parameters().w?.[0] as number) - before
    }
    // m̂ / √ŝ = 1 exactly; the parameter itself is near 3000, where float32 has steps of 2^-12.
    expect(Math.abs(last - 1)).toBeLessThan(2 ** -11)
  })
})

describe('gradientNorm', () => {
  it('is that of all gradients together, whatever the padding', () => {
    const running = startOptimizer(adam(0.1), start({ w: [1, 2, 3], b: [4] }), 'max')
    for (const scale of [1, 10]) {
      fill(running.gradients, { w: [scale, -2 * scale, 4 * scale], b: [2 * scale] })
      expect(running.gradientNorm()).toBeCloseTo(5 * scale, 12)
      running.step()
    }
    fill(running.gradients, { w: [1, Number.NaN, 0], b: [0] })
    expect(running.gradientNorm()).toBeNaN()
  })
})

describe('rewind', () => {
  it('goes back by one step, and the next step starts from there', () => {
    const running = startOptimizer(sgd(0.5), start({ w: [1, 2] }), 'min')
    fill(running.gradients, { w: [1, 1] })
    running.step()
    running.rewind()
    expect(listed(running.parameters())).toEqual({ w: [1, 2] })
    fill(running.gradients, { w: [2, 4] })
    running.step()
    expect(listed(running.parameters())).toEqual({ w: [0, 0] })
  })
})
