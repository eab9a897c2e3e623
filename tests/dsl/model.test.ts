import * as tf from '@tensorflow/tfjs'
import { function as F } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { iid } from '../../src/dsl/distributions/iid.js'
import { mixture } from '../../src/dsl/distributions/mixture.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import { type Model, sitesOf } from '../../src/dsl/model.js'
import { gaussian, mlp } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, empirical, given, letTo, nets, shared } from '../../src/dsl/notation.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { exp } from '../../src/dsl/operations/functions.js'
import * as S from '../../src/dsl/space.js'
import { type AnyValue, hasAxis } from '../../src/dsl/value.js'

const { pipe } = F
const Z = S.real(2)
const X = S.binary(4)

/** Parents and nets of each site and deterministic name. */
const graph = (model: Model): Record<string, readonly [string[], string[]]> =>
  Object.fromEntries(
    Object.entries(
      (model as { entries: Record<string, { parents: Set<string>; nets: Set<string> }> }).entries,
    ).map(([name, e]) => [name, [[...e.parents].sort(), [...e.nets].sort()] as const]),
  )

const vae = pipe(
  Do,
  nets({ decode: mlp(Z, [3], S.real(4)) }),
  bind('z', () => standardNormal(2)),
  bind('x', ({ z, decode }) => bernoulli({ logits: decode(z) })),
)

describe('a model', () => {
  it('has its sites in order, each with space, family, scope and capabilities', () => {
    expect(
      sitesOf(vae).map(([name, s]) => [name, s.space.domain.name, s.space.shape, s.family, s.scope]),
    ).toEqual([
      ['z', 'Real', [2], 'normal', 'datum'],
      ['x', 'Binary', [4], 'bernoulli', 'datum'],
    ])
    expect(vae.entries.z.capabilities).toEqual({ density: true, pathwise: true, weakDerivative: true })
    expect([vae.entries.z.supportSize, vae.entries.x.supportSize]).toEqual([Number.POSITIVE_INFINITY, 16])
    expect(Object.keys(vae.nets)).toEqual(['decode'])
  })

  it('is not changed by what is built on it', () => {
    const base = pipe(
      Do,
      bind('z', () => standardNormal(2)),
    )
    const more = pipe(
      base,
      bind('w', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    expect([Object.keys(base.entries), Object.keys(more.entries)]).toEqual([['z'], ['z', 'w']])
    expect(Object.keys(Do.entries)).toEqual([])
  })

  it('takes inputs', () => {
    const q = pipe(
      given({ x: X }),
      nets({ encode: gaussian(X, [3], Z) }),
      bind('z', ({ x, encode }) => normal(encode(x))),
    )
    expect(q.given.x).toBe(X)
    expect(graph(q)).toEqual({ z: [['x'], ['encode']] })
    expect(empirical({ x: X }).given.x).toBe(X)
  })

  it('leaks no tensor when it is built', () => {
    const decode = mlp(Z, [3], S.real(4))
    const before = tf.memory().numTensors
    pipe(
      Do,
      nets({ decode }),
      bind('z', () => standardNormal(2)),
      letTo('h', ({ z, decode }) => decode(exp(z))),
      bind('x', ({ h }) => bernoulli({ logits: h })),
    )
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('the graph of a model', () => {
  it('is read off what each callback used', () => {
    expect(graph(vae)).toEqual({ z: [[], []], x: [['z'], ['decode']] })
  })

  it('goes through deterministic names, nets, iid, mixtures and push-forwards', () => {
    const model = pipe(
      given({ u: S.real() }),
      nets({
        f: mlp(S.real(), [2], S.real()),
        g: mlp(S.real(), [2], S.real()),
        rate: parameter(S.positive()),
      }),
      shared('w', ({ rate }) => normal({ loc: 0, scale: rate() })),
      bind('a', () => standardNormal()),
      bind('b', ({ w }) => normal({ loc: w, scale: 1 })),
      letTo('h', ({ a, b, f }) => ({ sum: add(f(a), b), only: [f(b)] })),
      bind('c', ({ h, g, u }) => normal({ loc: g(h.sum), scale: exp(u) })),
      bind('d', ({ h }) => iid(3, normal({ loc: h.only[0] as typeof h.sum, scale: 1 }))),
      bind('e', ({ a, u }) =>
        mixture({ probs: S.value(S.simplex(2), [0.5, 0.5]) }, [
          normal({ loc: a, scale: 1 }),
          normal({ loc: u, scale: 1 }),
        ]),
      ),
      bind('s', ({ c, g }) => push(mul(g(c), 2))),
      letTo('constant', () => 3),
    )
    expect(graph(model)).toEqual({
      w: [[], ['rate']],
      a: [[], []],
      b: [['w'], []],
      h: [['a', 'b'], ['f']],
      c: [
        ['a', 'b', 'u'],
        ['f', 'g'],
      ],
      d: [['b'], ['f']],
      e: [['a', 'u'], []],
      s: [['c'], ['g']],
      constant: [[], []],
    })
  })

  it('does not hold what was only looked at', () => {
    const model = pipe(
      Do,
      bind('a', () => standardNormal()),
      bind('b', ({ a }) => normal({ loc: a.shape.length, scale: 1 })),
    )
    expect(graph(model).b).toEqual([[], []])
  })
})

describe('shared sites and plates', () => {
  it('are drawn once for the data set, and have no datum', () => {
    const seen: Record<string, boolean> = {}
    const model = pipe(
      Do,
      shared('w', () => standardNormal(2)),
      bind('z', ({ w }) => {
        seen.w = hasAxis(w, 'datum')
        return normal({ loc: w, scale: 1 })
      }),
      bind('x', ({ z }) => {
        seen.z = hasAxis(z, 'datum')
        return normal({ loc: z, scale: 1 })
      }),
    )
    expect(sitesOf(model).map(([name, s]) => [name, s.scope])).toEqual([
      ['w', 'shared'],
      ['z', 'datum'],
      ['x', 'datum'],
    ])
    expect(seen).toEqual({ w: false, z: true })
  })

  it('must not depend on a datum, directly or through a net or a deterministic name', () => {
    const sentence =
      "site 'w' is shared, but its distribution depends on a datum\n  → draw it with bind, or let it depend on shared sites only"
    const z = pipe(
      Do,
      nets({ f: mlp(Z, [2], Z) }),
      bind('z', () => standardNormal(2)),
    )
    const builds = [
      () =>
        pipe(
          z,
          shared('w', (c) => normal({ loc: c.z, scale: 1 })),
        ),
      () =>
        pipe(
          z,
          shared('w', (c) => normal({ loc: c.f(c.z), scale: 1 })),
        ),
      () =>
        pipe(
          z,
          letTo('h', (c) => exp(c.z)),
          shared('w', (c) => normal({ loc: 0, scale: c.h })),
        ),
      () =>
        pipe(
          given({ x: Z }),
          shared('w', (c) => normal({ loc: c.x, scale: 1 })),
        ),
      () =>
        pipe(
          given({ x: Z }),
          shared('w', (c) => iid(2, normal({ loc: c.x, scale: 1 }))),
        ),
    ]
    for (const build of builds) expect(build).toThrow(sentence)
  })

  it('of a plate are repeated over it, and so is what depends on them', () => {
    const model = pipe(
      Do,
      shared('mu', () => standardNormal(2), { plates: { cluster: 3 } }),
      bind('x', ({ mu }) => normal({ loc: mu, scale: 1 })),
    )
    const cluster = [{ name: 'cluster', size: 3 }]
    expect(sitesOf(model).map(([name, s]) => [name, s.plates])).toEqual([
      ['mu', cluster],
      ['x', cluster],
    ])
  })

  it('lie in their plates as they declare them, inside of those that they have from their parents alone', () => {
    const mu = pipe(
      Do,
      bind('a', () => standardNormal(), { plates: { j: 2 } }),
    )
    const platesOf = (plates: Readonly<Record<string, number>>) =>
      sitesOf(
        pipe(
          mu,
          bind('x', ({ a }) => normal({ loc: a, scale: 1 }), { plates }),
        ),
      )[1]?.[1].plates.map((p) => p.name)
    // Of two plates of one size, nothing else would say how the data are nested.
    expect(platesOf({ k: 2, j: 2 })).toEqual(['k', 'j'])
    expect(platesOf({ j: 2, k: 2 })).toEqual(['j', 'k'])
    expect(platesOf({ k: 2 })).toEqual(['j', 'k'])
  })

  it('meet along a plate of one size only', () => {
    const mu = pipe(
      Do,
      shared('mu', () => standardNormal(), { plates: { cluster: 3 } }),
    )
    const same = pipe(
      mu,
      shared('s', (c) => normal({ loc: c.mu, scale: 1 }), { plates: { cluster: 3 } }),
    )
    expect(same.entries.s.plates).toEqual([{ name: 'cluster', size: 3 }])
    expect(() =>
      pipe(
        mu,
        bind('x', (c) => normal({ loc: c.mu, scale: 1 }), { plates: { cluster: 4 } }),
      ),
    ).toThrow("two values meet along the axis 'cluster', one of size 3 and one of size 4")
    for (const plates of [
      { cluster: 0 },
      { cluster: 1.5 },
      { datum: 3 },
      { particle: 3 },
      { draw: 3 },
      { 'enum:z': 3 },
    ])
      expect(() =>
        pipe(
          Do,
          bind('x', () => standardNormal(), { plates: plates as Record<string, number> }),
        ),
      ).toThrow("site 'x' cannot lie in a plate")
  })
})

describe('a wrong model fails when it is built', () => {
  const z = pipe(
    Do,
    bind('z', () => standardNormal(2)),
  )

  it('a name twice: site, deterministic name, net or input', () => {
    const sentence = (name: string) =>
      `the name '${name}' is already declared in this model\n  → give each site, net and input its own name`
    expect(() => pipe(z, bind('z' as never, () => standardNormal(2)) as never)).toThrow(sentence('z'))
    expect(() => pipe(z, letTo('z' as never, () => 1) as never)).toThrow(sentence('z'))
    expect(() => pipe(z, shared('z' as never, () => standardNormal(2)) as never)).toThrow(sentence('z'))
    expect(() => nets({ z: mlp(Z, [], Z) })(z as never)).toThrow(sentence('z'))
    expect(() => pipe(given({ x: X }), bind('x' as never, () => standardNormal(2)) as never)).toThrow(
      sentence('x'),
    )
    expect(() => pipe(vae, bind('decode' as never, () => standardNormal(2)) as never)).toThrow(
      sentence('decode'),
    )
  })

  it('a name that is none, or that every object has', () => {
    for (const name of ['', '1x', 'a b', 'a/b', 'a:b', 'net:f', 'a-b'])
      expect(() =>
        pipe(
          Do,
          bind(name, () => standardNormal()),
        ),
      ).toThrow(`'${name}' cannot be a name\n  → use letters, digits and _, beginning with a letter`)
    for (const name of ['toString', 'constructor', '__proto__', 'valueOf']) {
      expect(() =>
        pipe(
          Do,
          bind(name, () => standardNormal()),
        ),
      ).toThrow(`'${name}' cannot be a name`)
      expect(() => given(JSON.parse(`{"${name}":0}`) as never)).toThrow(`'${name}' cannot be a name`)
    }
    for (const name of ['x', 'x1', 'z_2', "z'", 'µ', 'größe', '_x']) {
      const model = pipe(
        Do,
        bind(name, () => standardNormal()),
      )
      expect(Object.keys(model.entries)).toEqual([name])
    }
  })

  it('a callback that returns no distribution', () => {
    expect(() => pipe(z, bind('x', ((c: { z: AnyValue }) => c.z) as never) as never)).toThrow(
      "site 'x' must draw from a distribution, but its callback returned object",
    )
    expect(() => pipe(z, bind('x', (() => undefined) as never) as never)).toThrow(
      'its callback returned undefined',
    )
    expect(() => pipe(z, bind('x', (() => null) as never) as never)).toThrow(
      "site 'x' must draw from a distribution",
    )
  })

  it('a net fed the wrong shape, a parameter outside its domain', () => {
    const wrong = pipe(z, nets({ f: mlp(S.real(3), [], S.real(1)) }))
    expect(() =>
      pipe(
        wrong,
        bind('x', (c) => normal({ loc: c.f(c.z as never), scale: 1 })),
      ),
    ).toThrow('a net from Real[3] was fed Real[2]')
    expect(() =>
      pipe(
        z,
        bind('x', (c) => normal({ loc: 0, scale: c.z as never })),
      ),
    ).toThrow('scale of normal must be Positive, but Real[2] was given')
  })
})
