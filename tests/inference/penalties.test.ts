/** Penalties on the slope of critics whose slope is known: linear, quadratic, packed; and what is refused. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import { standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import type { Real } from '../../src/dsl/domains/marks.js'
import type { GiryException } from '../../src/dsl/error.js'
import { dense, mlp } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { spectralNorm } from '../../src/dsl/nets/spectralNorm.js'
import { bind, Do, empirical, given, letTo, nets } from '../../src/dsl/notation.js'
import { type AnyObjective, minus, scale } from '../../src/dsl/objective.js'
import { add, mul, square } from '../../src/dsl/operations/arithmetic.js'
import { pack } from '../../src/dsl/operations/packing.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import { flattenParams } from '../../src/dsl/params.js'
import { binary, real, unit } from '../../src/dsl/space.js'
import type { Value } from '../../src/dsl/value.js'
import { batchAt } from '../../src/inference/batches.js'
import { meanAndError } from '../../src/inference/estimate.js'
import { expect as expectation } from '../../src/inference/expect.js'
import { init } from '../../src/inference/init.js'
import { dragan, gradientPenalty, r1, r2 } from '../../src/inference/penalties.js'
import { evaluateAt } from '../../src/inference/step.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import type { AnyParams } from '../../src/testing/arbitraries/boundCase.js'
import { compiled, disagreement, eagerly } from './compiled/agree.js'
import { gradientAt, gradientsOver } from './gradients.js'

const rows = [
  [1, 2],
  [3, -4],
  [0.5, 0],
  [-1, 1],
]
const D = dense(real(2), real())
const G = dense(real(2), real(2))
const real2 = empirical({ x: real(2) })
const fake2 = pipe(
  Do,
  nets({ G }),
  bind('z', () => standardNormal(2)),
  bind('x', ({ z, G }) => push(G(z))),
)
const w = [0.6, -1.7]
const length = Math.hypot(...w)
const linear: AnyParams = {
  D: {
    kernel: { shape: [2, 1], data: Float32Array.from(w) },
    bias: { shape: [1], data: Float32Array.of(0.3) },
  },
  G: {
    kernel: { shape: [2, 2], data: Float32Array.of(1, 0.5, -0.5, 2) },
    bias: { shape: [2], data: Float32Array.of(0, 1) },
  },
}

const evaluated = (o: unknown, params: AnyParams, data: object = { x: rows }) =>
  gradientAt(o as AnyObjective, params, data)

const near = (found: ArrayLike<number>, exact: readonly number[], relative = 1e-5) =>
  exact.forEach((e, i) => {
    expect(Math.abs((found[i] as number) - e), `${found[i]}, exactly ${e}`).toBeLessThan(
      relative * (1 + Math.abs(e)),
    )
  })

describe('a linear critic, whose slope is w everywhere', () => {
  const critic = { real: real2, fake: fake2, nets: { D } }
  const towards = (target: number) => w.map((v) => (2 * (length - target) * v) / length)

  it.each([
    ['gradientPenalty', gradientPenalty({ ...critic, score: ({ x, D }) => D(x) })],
    ['dragan', dragan({ ...critic, score: ({ x, D }) => D(x) })],
  ])('%s = (|w| − 1)²', (_, o) => {
    const { value, gradients } = evaluated(o, linear)
    near([value], [(length - 1) ** 2])
    near(gradients['D/kernel'] as Float32Array, towards(1))
    near(gradients['D/bias'] as Float32Array, [0])
  })

  it('has another target, and one side', () => {
    const at = (options: { readonly target?: number; readonly oneSided?: boolean }) =>
      evaluated(gradientPenalty({ ...critic, score: ({ x, D }) => D(x) }, options), linear)
    near([at({ target: 0 }).value], [length ** 2])
    near(at({ target: 3 }).gradients['D/kernel'] as Float32Array, towards(3))
    expect(at({ target: 3, oneSided: true }).value).toBe(0)
    near([at({ target: 1, oneSided: true }).value], [(length - 1) ** 2])
  })

  it.each([
    ['r1', r1({ ...critic, score: ({ x, D }) => D(x) })],
    ['r2', r2({ ...critic, score: ({ x, D }) => D(x) })],
  ])('%s = ½ |w|²', (_, o) => {
    const { value, gradients } = evaluated(o, linear)
    near([value], [0.5 * length ** 2])
    near(gradients['D/kernel'] as Float32Array, w)
  })

  it('a critic that is 0 has a penalty and no NaN', () => {
    const zero = { ...linear, D: { ...linear.D, kernel: { shape: [2, 1], data: new Float32Array(2) } } }
    const { value, gradients } = evaluated(
      gradientPenalty({ ...critic, score: ({ x, D }) => D(x) }),
      zero as AnyParams,
    )
    near([value], [1])
    expect([...(gradients['D/kernel'] as Float32Array)]).toEqual([0, 0])
  })

  it('has the nets and data of both models', () => {
    const o = r1({ ...critic, score: ({ x, D }) => D(x) })
    expect(Object.keys(o.nets).sort()).toEqual(['D', 'G'])
    expect(Object.keys(o.data)).toEqual(['x'])
    expectTypeOf(o.nets.D).toEqualTypeOf<typeof D>()
    const value = expectation(real2, { D }, ({ x, D }) => D(x))
    const penalized = minus(value, scale(10, gradientPenalty({ ...critic, score: ({ x, D }) => D(x) })))
    const plain = evaluated(value, { D: linear.D } as AnyParams).value
    near([evaluated(penalized, linear).value], [plain - 10 * (length - 1) ** 2])
  })
})

/** s(x) = ½ a x²: the slope is a x. */
const curve = ({ x, a }: { x: Value<[], Real>; a: () => Value<[], Real> }): Value<[], Real> =>
  mul(mul(0.5, a()), square(x)) as Value<[], Real>
const a = parameter(real())
const shift = parameter(real())
const at = (numbers: Readonly<Record<string, number>>): AnyParams =>
  Object.fromEntries(
    Object.entries(numbers).map(([n, v]) => [n, { value: { shape: [], data: Float32Array.of(v) } }]),
  )

describe('a quadratic critic, whose slope is a x', () => {
  const points = [1, -2, 0.5]
  const meanSquare = (1 + 4 + 0.25) / 3
  const fixed = pipe(
    Do,
    nets({ shift }),
    bind('x', ({ shift }) => push(shift())),
  )
  const critic = { real: empirical({ x: real() }), fake: fixed, nets: { a } }

  it('r1 averages over real data, r2 over fake data; the generator feels nothing', () => {
    const one = evaluated(r1({ ...critic, score: curve }), at({ a: 3, shift: 2 }), { x: points })
    near([one.value], [0.5 * 9 * meanSquare])
    near(one.gradients['a/value'] as Float32Array, [3 * meanSquare])
    const two = evaluated(r2({ ...critic, score: curve }), at({ a: 3, shift: 2 }), { x: points })
    near([two.value], [0.5 * 9 * 4])
    near(two.gradients['a/value'] as Float32Array, [3 * 4])
    expect(two.gradients['shift/value']?.[0]).toBe(0)
  })

  it('gradientPenalty looks everywhere between real and fake data: ∫ (|a t| − 1)² dt', () => {
    const o = gradientPenalty({ ...critic, score: curve })
    const data = { x: new Array(100).fill(0) }
    const found = gradientsOver(o as unknown as AnyObjective, at({ a: 3, shift: 1 }), data, 40)
    const exact = { value: 9 / 3 - 3 + 1, 'a/value[0]': (2 * 3) / 3 - 1, 'shift/value[0]': 0 }
    expect(Math.abs(found.value.value - exact.value)).toBeLessThan(5 * found.value.standardError)
    for (const e of found.entries)
      expect(Math.abs(e.value - (exact[e.path as keyof typeof exact] as number)), e.path).toBeLessThan(
        5 * e.standardError + 1e-6,
      )
  })

  it('dragan looks around real data, as far as the data spread', () => {
    // Data ±2 have deviation 2: x̂ = ±2 + 0.5 · 2 · ε; E (a x̂)² = a² (4 + 1) with the target 0.
    const o = dragan({ ...critic, score: curve }, { target: 0 })
    const x = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 2 : -2))
    const values = Array.from(
      { length: 40 },
      (_, seed) => gradientAt(o as unknown as AnyObjective, at({ a: 1, shift: 0 }), { x }, { seed }).value,
    )
    const { value, standardError } = meanAndError(values)
    expect(Math.abs(value - 5), `${value} ± ${standardError}`).toBeLessThan(5 * standardError)
    const still = dragan({ ...critic, score: curve }, { target: 0, noise: 0 })
    near([evaluated(still, at({ a: 1, shift: 0 }), { x }).value], [4])
  })

  it('may be taken at another site', () => {
    const twin = empirical({ y: real() })
    const score = ({ y, a }: { y: Value<[], Real>; a: () => Value<[], Real> }) => curve({ x: y, a })
    const o = r1({ real: twin, fake: twin, nets: { a }, score }, { at: 'y' })
    near([evaluated(o, at({ a: 3 }), { y: points }).value], [0.5 * 9 * meanSquare])
  })
})

describe('a packed critic', () => {
  const P = dense(real(2, 2), real())
  const weights = [0.6, -1.7, 0.4, 1.1]
  const packed = {
    ...linear,
    D: {
      kernel: { shape: [4, 1], data: Float32Array.from(weights) },
      bias: { shape: [1], data: Float32Array.of(0) },
    },
  } as AnyParams

  it('has the slope of the whole pack', () => {
    const o = gradientPenalty({
      real: real2,
      fake: fake2,
      nets: { D: P },
      score: ({ x, D }) => D(pack(2, x)),
    })
    const { value, gradients } = evaluated(o, packed)
    const all = Math.hypot(...weights)
    near([value], [(all - 1) ** 2])
    near(
      gradients['D/kernel'] as Float32Array,
      weights.map((v) => (2 * (all - 1) * v) / all),
    )
  })
})

describe('conditional models and domains', () => {
  it('leave what else the score sees as it is in the real model', () => {
    const real3 = given({ x: real(2), y: real() })
    const fake3 = pipe(
      given({ y: real() }),
      nets({ G }),
      bind('z', () => standardNormal(2)),
      bind('x', ({ z, G, y }) => push(add(G(z), y))),
    )
    const o = gradientPenalty({
      real: real3,
      fake: fake3,
      nets: { D },
      score: ({ x, y, D }) => mul(y, D(x)) as Value<[], Real>,
    })
    const y = [1, -2, 3, 0]
    const exact = y.reduce((s, v) => s + (Math.abs(v) * length - 1) ** 2 / 4, 0)
    near([evaluated(o, linear, { x: rows, y }).value], [exact])
  })

  it('between bits lie grey values: a critic of Unit takes them, a critic of Binary refuses', () => {
    const bits = empirical({ x: binary(2) })
    const score = gradientPenalty({
      real: bits,
      fake: bits,
      nets: { D: dense(unit(2), real()) },
      score: ({ x, D }) => D(x),
    })
    const data = {
      x: [
        [0, 1],
        [1, 1],
      ],
    }
    near([evaluated(score, { D: linear.D } as AnyParams, data).value], [(length - 1) ** 2])
    const strict = gradientPenalty({
      real: bits,
      fake: bits,
      nets: { D: dense(binary(2), real()) },
      score: ({ x, D }) => D(x),
    })
    expect(() => evaluated(strict, { D: linear.D } as AnyParams, data)).toThrow(
      'a net from Binary[2] was fed Unit[2]',
    )
  })
})

describe('compiled', () => {
  const generator = mlp(real(2), [3], real(2), { activation: 'tanh' })
  const fake = pipe(
    Do,
    nets({ G: generator }),
    bind('z', () => standardNormal(2)),
    bind('x', ({ z, G }) => push(G(z))),
  )
  const P = spectralNorm(mlp(real(2, 2), [4], real(), { activation: 'softplus' }))
  const critic = {
    real: real2,
    fake,
    nets: { D: P },
    score: ({ x, D }: { x: Value<[2], Real>; D: (x: never) => unknown }) =>
      D(pack(2, x) as never) as Value<[], Real>,
  }

  it.each([
    ['gradientPenalty', gradientPenalty(critic)],
    ['gradientPenalty, one-sided', gradientPenalty(critic, { oneSided: true, target: 0.1 })],
    ['r1', r1(critic)],
    ['r2', r2(critic)],
    ['dragan', dragan(critic)],
  ])('%s = eager, with packs and spectral normalization', async (_, penalty) => {
    const o = penalty as unknown as AnyObjective
    const arrays = flattenParams(init({ nets: o.nets }, 5) as never)
    const batch = batchAt(dataset(o.data, { x: rows } as never), [0, 1, 2, 3], keyFromSeed(2))
    expect(disagreement(await eagerly(o, arrays, batch), await compiled(o, arrays, batch))).toBeLessThan(1e-5)
  })
})

describe('gradientPenalty', () => {
  it('mixes data of both models that are independent, though both draw a site of one name', async () => {
    const normal01 = pipe(
      Do,
      bind('x', () => standardNormal(1)),
    )
    // s = ½ x², so |∇s|² = x̂²: E x̂² = E u² + E (1 − u)² = 2/3, and 1 if x were x'.
    const penalty = gradientPenalty(
      {
        real: normal01,
        fake: normal01,
        nets: {},
        score: ({ x }) => mul(0.5, sum(square(x))) as Value<[], Real>,
      },
      { target: 0 },
    )
    const batch = { noise: keyFromSeed(3), size: 20_000, dataSize: 20_000 }
    // The variance of x̂² is E x̂⁴ − 4/9 = 3 · 7/15 − 4/9 < 1; five standard errors.
    expect(Math.abs(evaluateAt(penalty as never, {}, batch) - 2 / 3)).toBeLessThan(5 / Math.sqrt(20_000))
  })
})

describe('penalties refuse', () => {
  const messages = (f: () => unknown): readonly string[] => {
    try {
      f()
    } catch (e) {
      return (e as GiryException).errors.map((x) => x.message)
    }
    return []
  }

  it('a site that a model does not have, both at once', () => {
    const critic = { real: real2, fake: fake2, nets: { D } }
    expect(messages(() => r1({ ...critic, score: ({ x, D }) => D(x) }, { at: 'y' }))).toEqual([
      "the slope is taken at 'y', but 'real' has no such site: it has 'x'",
      "the slope is taken at 'y', but 'fake' has no such site: it has 'z', 'x'",
    ])
  })

  it('a site that the score does not read, where every slope would be 0', () => {
    const halved = pipe(
      real2,
      letTo('u', ({ x }) => mul(0.5, x) as Value<[2], Real>),
    )
    const critic = { real: halved, fake: halved, nets: { D } }
    expect(messages(() => r1({ ...critic, score: ({ u, D }) => D(u) }))).toEqual([
      "the slope is taken at 'x', but the score does not read it: it reads 'u'",
    ])
    expect(messages(() => r1({ ...critic, score: ({ u, D }) => D(u) }, { at: 'u' }))).toEqual([])
  })

  it('a negative target, a noise that is no number', () => {
    const critic = { real: real2, fake: fake2, nets: { D } }
    expect(messages(() => gradientPenalty({ ...critic, score: ({ x, D }) => D(x) }, { target: -1 }))).toEqual(
      ['gradientPenalty cannot have target -1'],
    )
    expect(messages(() => dragan({ ...critic, score: ({ x, D }) => D(x) }, { noise: Number.NaN }))).toEqual([
      'dragan cannot have noise NaN',
    ])
  })

  it('two models that give one name to different nets', () => {
    const other = pipe(
      Do,
      nets({ G: dense(real(2), real(2)) }),
      bind('z', () => standardNormal(2)),
      bind('x', ({ z, G }) => push(G(z))),
    )
    expect(messages(() => r1({ real: other, fake: fake2, nets: { D }, score: ({ x, D }) => D(x) }))).toEqual([
      "two objectives use the name 'G' for different nets",
    ])
  })

  it('a score that is no scalar', () => {
    const critic = { real: real2, fake: fake2, nets: { D: dense(real(2), real(3)) } }
    expect(messages(() => r1({ ...critic, score: ({ x, D }) => D(x) as never }))).toEqual([
      'a score is a scalar, but Real[3] was returned',
    ])
  })
})
