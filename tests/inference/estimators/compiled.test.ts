/** Compiled = eager for every gradient method, to 1e-5 relative in value and gradient, on the same bits of noise. */
import * as g from 'giry'
import { expect, it } from 'vitest'
import { dataset } from '../../../src/dsl/dataset.js'
import type { GradientMethod } from '../../../src/dsl/gradientMethods.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { flattenParams } from '../../../src/dsl/params.js'
import { batchAt } from '../../../src/inference/batches.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import type { AnyParams } from '../../../src/testing/arbitraries/boundCase.js'
import { compiled, disagreement, eagerly } from '../compiled/agree.js'
import { scalarsOf } from '../gradients.js'
import { at, bound } from './coins.js'

const control = g.mlp(g.real(2), [4], g.real())
const b = g.mlp(g.real(), [3], g.real())
const nets = g.init({ nets: { control, b } } as never, 3) as AnyParams
const relaxed = g.relax(g.given({ z: g.real(2), x: g.real() }), { control }, ({ z, control }) => control(z))
const learned = g.score({ baseline: g.learned(g.given({ x: g.real() }), { b }, ({ x, b }) => b(x)) })

const cases: readonly (readonly [string, Readonly<Record<string, GradientMethod>>, AnyParams])[] = [
  ['sticking the landing', { c: 'enumerate', z: 'enumerate', y: 'stickingTheLanding' }, {}],
  ['no baseline', { c: 'score', z: g.score({ baseline: 'none' }), y: 'pathwise' }, {}],
  [
    'moving average',
    { c: 'score', z: g.score({ baseline: g.movingAverage(0.9) }), y: 'pathwise' },
    scalarsOf({ z_baseline: -2 }),
  ],
  ['learned', { c: 'enumerate', z: learned, y: 'pathwise' }, { b: nets.b as never }],
  ['Gumbel-softmax', { c: 'enumerate', z: 'gumbelSoftmax', y: 'pathwise' }, {}],
  ['straight through', { c: 'enumerate', z: 'straightThrough', y: 'pathwise' }, {}],
  ['REBAR', { c: 'rebar', z: 'rebar', y: 'pathwise' }, {}],
  ['RELAX', { c: 'enumerate', z: relaxed, y: 'pathwise' }, { control: nets.control as never }],
  ['measure-valued', { c: 'measureValued', z: 'measureValued', y: 'measureValued' }, {}],
]

const agree = async (o: AnyObjective, params: AnyParams, column: object) => {
  const data = dataset(o.data, column as never)
  const arrays = flattenParams(params)
  const rows = Int32Array.from({ length: data.size }, (_, i) => i)
  const batch = batchAt(data, rows, keyFromSeed(9))
  const both = [await eagerly(o, arrays, batch), await compiled(o, arrays, batch)] as const
  expect(disagreement(...both)).toBeLessThan(1e-5)
}

it.each(cases)('%s', async (_, sites, params) => {
  for (const kl of ['closed form', 'sampled'] as const)
    await agree(bound(sites, { kl, particles: 2 }), { ...scalarsOf(at), ...params }, { x: [1.3, -0.2, 0.7] })
})

it('a fit with an annealed temperature', async () => {
  const temperature = g.linearSchedule(1, 0.2, 4)
  const o = bound({ c: 'enumerate', z: { method: 'gumbelSoftmax', temperature } as never, y: 'pathwise' })
  const fitted = async (runtime: g.RuntimeName) => {
    const options = {
      data: { x: [1.3, -0.2, 0.7, 0.1] },
      optimizer: g.sgd(0.1),
      steps: 5,
      batch: 2,
      seed: 3,
      runtime,
    }
    const fit = (await g.orThrow(g.fit(o as never, { ...options, params: scalarsOf(at) } as never))) as g.Fit
    return flattenParams(fit.params as AnyParams)
  }
  const [eager, onnx] = [await fitted('cpu'), await fitted('onnx-node')]
  for (const path of Object.keys(eager))
    expect(onnx[path]?.data[0]).toBeCloseTo(eager[path]?.data[0] as number, 4)
})

it('one-hot sites, relaxed', async () => {
  const p = g.pipe(
    g.Do,
    g.bind('k', () => g.oneHotCategorical({ probs: g.value(g.simplex(3), [0.2, 0.3, 0.5]) })),
    g.bind('x', ({ k }) => g.normal({ loc: g.sum(g.mul(g.value(g.real(3), [0, -2, 1]), k)), scale: 1 })),
  )
  const q = g.pipe(
    g.given({ x: g.real() }),
    g.nets({ a: g.parameter(g.real(3)) }),
    g.bind('k', ({ a, x }) => g.oneHotCategorical({ logits: g.mul(x, a()) })),
  )
  const params = { a: { value: { shape: [3], data: Float32Array.of(0.3, -0.2, 0.9) } } }
  for (const k of ['gumbelSoftmax', 'straightThrough', 'rebar'] as const)
    for (const kl of ['closed form', 'sampled'] as const)
      await agree(g.elbo(p, q, { sites: { k }, kl }) as unknown as AnyObjective, params, {
        x: [1.3, -0.2, 0.7],
      })
})

it('a temperature that reaches 0 on its way is a fault of its schedule', async () => {
  const temperature = (t: number) => (t === 2 ? 0 : 1)
  const o = bound({ c: 'enumerate', z: { method: 'gumbelSoftmax', temperature } as never, y: 'pathwise' })
  for (const runtime of ['cpu', 'onnx'] as const) {
    const run = await g.fit(
      o as never,
      { data: { x: [1.3, -0.2] }, steps: 3, optimizer: g.sgd(0.01), params: scalarsOf(at), runtime } as never,
    )()
    const message = 'the fit stopped: temperature must be a number > 0, but at step 2 its schedule gives 0'
    expect(run).toMatchObject({ left: [{ tag: 'option', message }] })
  }
})
