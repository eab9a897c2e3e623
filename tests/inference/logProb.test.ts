/** logProb: the sum over the sites, against formulas in float64. */
import { pipe } from 'fp-ts/lib/function.js'
import * as R from 'lib-r-math.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import { mul } from '../../src/dsl/operations/arithmetic.js'
import { real } from '../../src/dsl/space.js'
import { toTypedArray } from '../../src/dsl/value.js'
import { init } from '../../src/inference/init.js'
import { logProb } from '../../src/inference/logProb.js'
import { sample } from '../../src/inference/sample.js'

const logNormal = (x: number, loc: number, scale: number) =>
  -0.5 * ((x - loc) / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI)

const model = pipe(
  Do,
  bind('z', () => bernoulli({ probs: 0.3 })),
  bind('x', ({ z }) => normal({ loc: mul(2, z), scale: 0.5 })),
)

const expectNumbers = (found: ArrayLike<number>, expected: readonly number[]) => {
  expect(found.length).toBe(expected.length)
  for (const [i, e] of expected.entries())
    expect(Math.abs((found[i] as number) - e)).toBeLessThan(1e-5 * Math.max(1, Math.abs(e)))
}

describe('logProb', () => {
  it('sums the sites, per datum', () => {
    const found = logProb(model, { z: [1, 0], x: [2.5, 0.25] })
    expect(found.axes).toEqual([{ name: 'datum', size: 2 }])
    // R: dnorm(2.5, 2, .5, log = TRUE) + log(.3), dnorm(.25, 0, .5, log = TRUE) + log(.7)
    const byR = [R.dnorm(2.5, 2, 0.5, true) + Math.log(0.3), R.dnorm(0.25, 0, 0.5, true) + Math.log(0.7)]
    expectNumbers(toTypedArray(found), byR)
    expectNumbers(toTypedArray(found), [
      Math.log(0.3) + logNormal(2.5, 2, 0.5),
      Math.log(0.7) + logNormal(0.25, 0, 0.5),
    ])
    expectNumbers(toTypedArray(logProb(model, { z: 1, x: 2.5 })), [Math.log(0.3) + logNormal(2.5, 2, 0.5)])
  })

  it('takes what sample gives, along its axes', () => {
    const record = sample(model, { n: 4, seed: 9 })
    const found = logProb(model, record)
    expect(found.axes).toEqual([{ name: 'draw', size: 4 }])
    const [zs, xs] = [toTypedArray(record.z), toTypedArray(record.x)]
    expectNumbers(
      toTypedArray(found),
      Array.from(zs, (z, i) => Math.log(z === 1 ? 0.3 : 0.7) + logNormal(xs[i] as number, 2 * z, 0.5)),
    )
  })

  it('a shared site counts 1/N, so that the sum over the data is the joint density', () => {
    const mean = pipe(
      Do,
      shared('m', () => normal({ loc: 0, scale: 2 })),
      bind('x', ({ m }) => normal({ loc: m, scale: 1 })),
    )
    const xs = [0.5, -1, 2]
    const found = toTypedArray(logProb(mean, { m: 0.7, x: xs }))
    expectNumbers(
      found,
      xs.map((x) => logNormal(x, 0.7, 1) + logNormal(0.7, 0, 2) / 3),
    )
    const joint = xs.reduce((s, x) => s + logNormal(x, 0.7, 1), logNormal(0.7, 0, 2))
    expectNumbers([found.reduce((a, b) => a + b, 0)], [joint])
  })

  it('sums plates', () => {
    const plated = pipe(
      Do,
      bind('x', () => normal({ loc: 1, scale: 1 })),
      bind('y', ({ x }) => normal({ loc: x, scale: 1 })),
    )
    const record = sample(
      pipe(
        Do,
        bind('x', () => normal({ loc: 1, scale: 1 }), { plates: { k: 3 } }),
        bind('y', ({ x }) => normal({ loc: x, scale: 1 })),
      ),
      { seed: 1 },
    )
    const [xs, ys] = [toTypedArray(record.x), toTypedArray(record.y)]
    const each = Array.from(xs, (x, i) => logNormal(x, 1, 1) + logNormal(ys[i] as number, x, 1))
    const whole = pipe(
      Do,
      bind('x', () => normal({ loc: 1, scale: 1 }), { plates: { k: 3 } }),
      bind('y', ({ x }) => normal({ loc: x, scale: 1 })),
    )
    expectNumbers(toTypedArray(logProb(whole, record)), [each.reduce((a, b) => a + b, 0)])
    expectNumbers(toTypedArray(logProb(plated, { x: 0.2, y: 0.4 })), [
      logNormal(0.2, 1, 1) + logNormal(0.4, 0.2, 1),
    ])
  })

  it('takes params and inputs, and says which is missing', () => {
    const regression = pipe(
      given({ x: real() }),
      nets({ w: parameter(real(), { start: { kind: 'constant', value: 3 } }) }),
      bind('y', ({ x, w }) => normal({ loc: mul(w(), x), scale: 1 })),
    )
    const params = init(regression, 0)
    expectNumbers(toTypedArray(logProb(regression, { y: [1, 2] }, { params, given: { x: [0.5, 1] } })), [
      logNormal(1, 1.5, 1),
      logNormal(2, 3, 1),
    ])
    expect(() => logProb(regression, { y: 1 }, { params: {} as never, given: { x: 1 } })).toThrow(
      "the params have no net 'w'",
    )
    expect(() => logProb(regression, { y: 1 }, { params, given: {} as never })).toThrow(
      "the input 'x' is missing",
    )
    expect(() => logProb(regression, {} as never, { params, given: { x: 1 } })).toThrow(
      "the record has no value for site 'y'",
    )
  })

  it('of a push does not compile, and says so at run time', () => {
    const generator = pipe(
      Do,
      nets({ G: dense(real(2), real(3)) }),
      bind('z', () => standardNormal(2)),
      bind('x', ({ z, G }) => push(G(z))),
    )
    const params = init(generator, 0)
    expect(() =>
      // @ts-expect-error site 'x' is drawn from push, which has no density
      logProb(generator, { z: [0, 0], x: [0, 0, 0] }, { params }),
    ).toThrow("site 'x' is drawn from push, which has no density")
  })
})

describe('plates and shared sites', () => {
  const plated = pipe(
    Do,
    bind('w', () => standardNormal(), { plates: { r: 3 } }),
  )

  it('plain data are nested as the site declares its plates, whatever its parents lie in', () => {
    const model = pipe(
      Do,
      bind('a', () => normal({ loc: 0, scale: 1 }), { plates: { j: 2 } }),
      bind('x', ({ a }) => normal({ loc: a, scale: 1 }), { plates: { k: 2, j: 2 } }),
    )
    const [a, x] = [
      [1, -2],
      [
        [0.5, 3],
        [-1, 2],
      ],
    ] as const
    const log = (r: number) => -0.5 * r * r - 0.5 * Math.log(2 * Math.PI)
    const expected =
      a.reduce<number>((s, aj) => s + log(aj), 0) +
      x.flatMap((row) => row.map((xkj, j) => log(xkj - (a[j] as number)))).reduce((s, l) => s + l, 0)
    expect(toTypedArray(logProb(model, { a, x }))[0]).toBeCloseTo(expected, 5)
  })

  it('plain data of a site in plates has one event for each of their elements', () => {
    const one = [1, 2, 3].reduce((s, x) => s + logNormal(x, 0, 1), 0)
    const found = logProb(plated, { w: [1, 2, 3] })
    expect(found.axes).toEqual([])
    expectNumbers(toTypedArray(found), [one])
    // R: sum(dnorm(1:3, log = TRUE)) = -9.756816
    expect(toTypedArray(found)[0]).toBeCloseTo(-9.756816, 5)
    const batch = logProb(plated, {
      w: [
        [1, 2, 3],
        [0, 0, 0],
      ],
    })
    expect(batch.axes).toEqual([{ name: 'datum', size: 2 }])
    expectNumbers(toTypedArray(batch), [one, 3 * logNormal(0, 0, 1)])
  })

  it('one value per datum for a shared site is refused', () => {
    const mean = pipe(
      Do,
      shared('m', () => standardNormal()),
      bind('x', ({ m }) => normal({ loc: m, scale: 1 })),
    )
    expect(() => logProb(mean, { m: [0, 1], x: [0, 1] })).toThrow(
      "site 'm' is shared, but one value per datum was given",
    )
  })
})
