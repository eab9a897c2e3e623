/** Gradient methods and their options: what must not compile. The sentences are compared in tests/dsl/methods.test.ts. */
import * as g from 'giry'
import { expectTypeOf, it } from 'vitest'

const p = g.pipe(
  g.Do,
  g.bind('c', () => g.bernoulli({ logits: g.value(g.real(3), [0, 1, -1]) })),
  g.bind('z', ({ c }) => g.normal({ loc: g.sum(c), scale: 1 })),
  g.bind('y', ({ z }) => g.normal({ loc: z, scale: 1 })),
)
const q = g.pipe(
  g.given({ y: g.real() }),
  g.nets({ f: g.mlp(g.real(), [2], g.real(3)) }),
  g.bind('c', ({ y, f }) => g.bernoulli({ logits: f(y) })),
  g.bind('z', ({ y }) => g.normal({ loc: y, scale: 1 })),
)
const b = g.mlp(g.real(), [2], g.real())
const control = g.mlp(g.real(3), [2], g.real())

it('methods by name and with options', () => {
  g.elbo(p, q, { sites: { c: 'rebar', z: 'stickingTheLanding' } })
  g.elbo(p, q, { sites: { c: { method: 'gumbelSoftmax', temperature: 0.3 }, z: 'measureValued' } })
  g.elbo(p, q, { sites: { c: { method: 'rebar', temperature: 0.3, weight: 0.5 } } })
  g.elbo(p, q, { sites: { c: g.score({ baseline: 'none' }), z: g.score() } })
})

it('the examples of docs/estimators.md', () => {
  g.elbo(p, q, { sites: { c: { method: 'gumbelSoftmax', temperature: g.linearSchedule(1, 0.1, 1000) } } })
  g.elbo(p, q, {
    sites: { c: g.score({ baseline: g.learned(g.given({ y: g.real() }), { b }, ({ y, b }) => b(y)) }) },
  })
  const c = g.mlp(g.real(3), [8], g.real())
  g.elbo(p, q, { sites: { c: g.relax(g.given({ c: g.real(3) }), { net: c }, ({ c, net }) => net(c)) } })
})

it('the nets of baselines and control variates are in the type of the objective', () => {
  const learned = g.learned(g.given({ y: g.real() }), { b }, ({ y, b }) => b(y))
  const relaxed = g.relax(g.given({ c: g.real(3) }), { control }, ({ c, control }) => control(c))
  const bound = g.elbo(p, q, { sites: { c: relaxed, z: g.score({ baseline: learned }) } })
  expectTypeOf<keyof typeof bound.nets>().toEqualTypeOf<'f' | 'b' | 'control'>()
  const average = g.elbo(p, q, { sites: { c: g.score({ baseline: g.movingAverage(0.9) }) } })
  expectTypeOf<keyof typeof average.nets>().toEqualTypeOf<'f' | 'c_baseline'>()
  expectTypeOf<keyof ReturnType<typeof plain>['nets']>().toEqualTypeOf<'f'>()
  g.game({ all: { owns: ['f', 'c_baseline'], maximize: average } })
  // @ts-expect-error no player owns 'c_baseline'
  g.game({ all: { owns: ['f'], maximize: average } })
})
const plain = () => g.elbo(p, q, { sites: { c: 'score' } })

it('a method that the site, or the objective, lacks', () => {
  // @ts-expect-error site 'z': the gradient method 'rebar' needs the capability 'relaxable', which normal lacks
  g.elbo(p, q, { sites: { z: 'rebar' } })
  // @ts-expect-error site 'c': the gradient method 'stickingTheLanding' needs the capability 'pathwise', which bernoulli lacks
  g.elbo(p, q, { sites: { c: 'stickingTheLanding' } })
  // @ts-expect-error site 'z': elbo has no gradient method 'doublyReparameterized'
  g.elbo(p, q, { sites: { z: 'doublyReparameterized' } })
  // @ts-expect-error site 'c': elbo has no gradient method 'vimco'
  g.elbo(p, q, { sites: { c: { method: 'vimco' } } })
  // @ts-expect-error site 'z': expect has no gradient method 'stickingTheLanding'
  g.expect(p, ({ y }) => y, { sites: { z: 'stickingTheLanding' } })
  // @ts-expect-error site 'w' does not exist
  g.expect(p, ({ y }) => y, { sites: { w: 'score' } })
  g.expect(p, ({ y }) => y, { sites: { c: 'rebar', z: 'score' } })
})

it('a name that is no method, with those that are', () => {
  // @ts-expect-error site 'z': 'magic' is not one of the gradient methods pathwise, stickingTheLanding, score, …
  g.elbo(p, q, { sites: { z: 'magic' } })
  // @ts-expect-error site 'z': 'magic' is not one of the gradient methods pathwise, stickingTheLanding, score, …
  g.elbo(p, q, { sites: { z: { method: 'magic' } } })
  expectTypeOf<
    g.MethodFault<typeof q, { z: 'pathwize' }, 'expect'>
  >().toEqualTypeOf<"site 'z': 'pathwize' is not one of the gradient methods pathwise, score, enumerate, gumbelSoftmax, straightThrough, rebar, relax, measureValued">()
  // @ts-expect-error 5 is no name
  g.elbo(p, q, { sites: { z: 5 } })
})

it('options that a method does not have', () => {
  // @ts-expect-error site 'z': the gradient method 'pathwise' has no baseline
  g.elbo(p, q, { sites: { z: { method: 'pathwise', baseline: 'leaveOneOut' } } })
  // @ts-expect-error site 'c': the gradient method 'rebar' has no option 'temprature'
  g.elbo(p, q, { sites: { c: { method: 'rebar', temprature: 1 } } })
})

it('options out of range', () => {
  // @ts-expect-error site 'c': temperature must be a number > 0, but -1 was given
  g.elbo(p, q, { sites: { c: { method: 'gumbelSoftmax', temperature: -1 } } })
  // @ts-expect-error site 'c': temperature must be a number > 0, but 0 was given
  g.elbo(p, q, { sites: { c: { method: 'straightThrough', temperature: 0 } } })
  // @ts-expect-error decay must lie within (0, 1), but 1 was given
  g.movingAverage(1)
  // @ts-expect-error decay must lie within (0, 1), but -0.5 was given
  g.movingAverage(-0.5)
})

it('a baseline that sees its own site, a control variate that does not', () => {
  const own = g.learned(g.given({ z: g.real() }), { b }, ({ z, b }) => b(z))
  // @ts-expect-error site 'z': the baseline sees 'z', which it is subtracted for
  g.elbo(p, q, { sites: { z: g.score({ baseline: own }) } })
  const blind = g.relax(g.given({ y: g.real() }), { b }, ({ y, b }) => b(y))
  // @ts-expect-error site 'c': the control variate of relax does not see 'c'
  g.elbo(p, q, { sites: { c: blind } })
})

it('a net of the wrong shape', () => {
  // @ts-expect-error a net from Real[3] was fed Real
  g.learned(g.given({ y: g.real() }), { control }, ({ y, control }) => control(y))
  const wide = g.mlp(g.real(), [2], g.real(2))
  // @ts-expect-error a baseline is a scalar
  g.learned(g.given({ y: g.real() }), { wide }, ({ y, wide }) => wide(y))
})
