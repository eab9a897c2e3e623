/** Sites in a row: their names, their graph, and the sentences. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { normal } from '../../src/dsl/distributions/normal.js'
import { sitesOf } from '../../src/dsl/model.js'
import { bind, Do } from '../../src/dsl/notation.js'
import { bindEach, nth, numbered } from '../../src/dsl/repeat.js'
import { real } from '../../src/dsl/space.js'

const walk = pipe(
  Do,
  bindEach('z', { space: real(), count: 4 }, (_, t, before) => normal({ loc: before[t - 1] ?? 0, scale: 1 })),
  bindEach('x', { space: real(), count: 4 }, (c, t) => normal({ loc: nth(c, 'z', t), scale: 0.1 })),
)

describe('bindEach', () => {
  it('is a site for each, which depends on what it took', () => {
    expect(sitesOf(walk).map(([name, site]) => `${name}(${[...site.parents]})`)).toEqual([
      'z0()',
      'z1(z0)',
      'z2(z1)',
      'z3(z2)',
      'x0(z0)',
      'x1(z1)',
      'x2(z2)',
      'x3(z3)',
    ])
  })

  it('is built fast: 200 sites within seconds', () => {
    const start = performance.now()
    pipe(
      Do,
      bindEach('z', { space: real(), count: 200 }, (_, t, before) =>
        normal({ loc: before[t - 1] ?? 0, scale: 1 }),
      ),
    )
    expect(performance.now() - start).toBeLessThan(20_000)
  })

  it('says what is wrong', () => {
    const each = (count: number) => () =>
      pipe(
        Do,
        bindEach('z', { space: real(), count }, () => normal({ loc: 0, scale: 1 })),
      )
    expect(each(0)).toThrow("count of 'z' must be a whole number >= 1, but 0 was given")
    expect(() =>
      pipe(
        Do,
        bind('z1', () => normal({ loc: 0, scale: 1 })),
        bindEach('z' as 'w', { space: real(), count: 2 }, () => normal({ loc: 0, scale: 1 })),
      ),
    ).toThrow("the name 'z1' is already declared in this model")
    expect(() =>
      pipe(
        walk,
        bind('y', (c) => normal({ loc: nth(c, 'z', 4), scale: 1 })),
      ),
    ).toThrow("there is no 'z4' here")
  })
})

describe('numbered', () => {
  it('is a record', () => {
    expect(numbered('x', 3, (t) => t * t)).toEqual({ x0: 0, x1: 1, x2: 4 })
  })
})
