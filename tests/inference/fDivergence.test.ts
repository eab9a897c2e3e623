/** fDivergence: values by hand, gradients, data on one side and a generator on the other, and what is refused. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import { minimax } from '../../src/dsl/game.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { bind, Do, empirical, given, nets } from '../../src/dsl/notation.js'
import { minus, type Objective, plus } from '../../src/dsl/objective.js'
import { neg } from '../../src/dsl/operations/arithmetic.js'
import { logSigmoid } from '../../src/dsl/operations/functions.js'
import { real } from '../../src/dsl/space.js'
import { contest } from '../../src/inference/contest.js'
import { expect as expectation } from '../../src/inference/expect.js'
import { fDivergence } from '../../src/inference/fDivergence.js'
import { activationOnto } from '../../src/inference/fDivergences/activation.js'
import { fDivergences } from '../../src/inference/fDivergences/fDivergences.js'
import { orThrow, fit as train } from '../../src/inference/fit.js'
import { sgd } from '../../src/inference/optimizers/optimizers.js'
import type { AnyParams } from '../../src/testing/arbitraries/boundCase.js'
import { evaluateOnce } from '../laws/evaluation.js'
import { boundOf, paramsAt } from '../laws/finiteMeasures.js'
import { rows } from './fDivergences/rows.js'
import { gradientAt } from './gradients.js'

const V = dense(real(), real())
const G = dense(real(), real())
const linear = (kernel: number, bias: number) => ({
  kernel: { shape: [1, 1], data: Float32Array.of(kernel) },
  bias: { shape: [1], data: Float32Array.of(bias) },
})
const fake = pipe(
  Do,
  nets({ G }),
  bind('z', () => standardNormal()),
  bind('x', ({ z, G }) => push(G(z))),
)
const data = empirical({ x: real() })

describe('fDivergence', () => {
  it.each(rows.map((row) => [row.name, row] as const))('is E_p[g(V)] − E_q[f*(g(V))] for %s', (_, row) => {
    const v = [0.7, -1.2, 0.1]
    const pair = { p: [0.5, 0.2, 0.3], q: [0.1, 0.6, 0.3], v }
    const t = v.map(activationOnto(row.finiteOn).onNumber)
    const expected = t.reduce(
      (s, x, i) => s + (pair.p[i] as number) * x - (pair.q[i] as number) * row.conjugate(x),
      0,
    )
    const found = evaluateOnce(boundOf(row, 3) as never, paramsAt(pair, v), {})
    expect(Math.abs(found - expected)).toBeLessThan(3e-6 * Math.max(1, Math.abs(expected)))
  })

  it('is the value of the GAN for f = gan, data on one side and a generator on the other', () => {
    const bound = fDivergence(fDivergences.gan, data, fake, { nets: { V }, score: ({ x, V }) => V(x) })
    const value = plus(
      expectation(data, { V }, ({ x, V }) => logSigmoid(V(x))),
      expectation(fake, { V }, ({ x, V }) => logSigmoid(neg(V(x)))),
    )
    const params = { V: linear(0.7, -0.2), G: linear(1.5, 0.3) }
    const difference = evaluateOnce(minus(bound, value) as never, params, { x: [0.3, -1, 2] })
    expect(Math.abs(difference)).toBeLessThan(1e-6)
    const [ours, theirs] = [bound, value].map(
      (o) => gradientAt(o as never, params, { x: [0.3, -1, 2] }).gradients,
    )
    for (const [path, g] of Object.entries(ours ?? {}))
      expect(Math.abs((g[0] as number) - (theirs?.[path]?.[0] as number)), path).toBeLessThan(1e-6)
  })

  it('is a game like any other', () => {
    const bound = fDivergence(fDivergences.kl, data, fake, { nets: { V }, score: ({ x, V }) => V(x) })
    const typed: Objective<{ readonly V: typeof V; readonly G: typeof G }> = bound
    expect(Object.keys(typed.nets as object).sort()).toEqual(['G', 'V'])
    expect(Object.keys(bound.data)).toEqual(['x'])
    expect(bound.description).toBe('a bound of kl(p ‖ q)')
    const game = minimax(bound, { max: ['V'], min: ['G'] })
    expect(game.players.map((p) => p.owns)).toEqual([['V'], ['G']])
    // @ts-expect-error: nobody owns G
    expect(() => minimax(bound, { max: ['V'], min: [] })).toThrow("no player owns 'G'")
  })

  it.each(rows.map((row) => [row.name, row] as const))(
    'is the same compiled and eager for %s',
    async (_, row) => {
      const on = async (runtime: string) => {
        const params = paramsAt({ p: [0.5, 0.2, 0.3], q: [0.1, 0.6, 0.3], v: [] }, [0.7, -1.2, 0.1])
        const options = { steps: 4, optimizer: sgd(1e-3), seed: 1, runtime, params }
        const f = await orThrow(train(boundOf(row, 3), options as never))
        return Array.from((f.params as unknown as AnyParams).V?.value?.data as Float32Array)
      }
      const [eager, compiled] = [await on('cpu'), await on('onnx-node')]
      eager.forEach((x, i) => {
        expect(Math.abs(x - (compiled[i] as number))).toBeLessThan(1e-5 * Math.max(1, Math.abs(x)))
      })
    },
  )

  it('takes a row of the user’s own', () => {
    const twice = {
      ...fDivergences.pearson,
      name: 'mine',
      finiteOn: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
    }
    const pair = { p: [0.5, 0.5], q: [0.25, 0.75], v: [0, 0] }
    expect(evaluateOnce(boundOf(twice, 2) as never, paramsAt(pair, pair.v), {})).toBe(0)
  })

  it('takes a contest for its critic, as penalties do', () => {
    const c = contest({ real: data, fake, nets: { V }, score: ({ x, V }) => V(x) })
    const bound = fDivergence(fDivergences.pearson, c.real, c.fake, c)
    expect(Object.keys(bound.nets as object).sort()).toEqual(['G', 'V'])
  })

  it('shows a critic only what both models name, and refuses two nets of one name', () => {
    const other = given({ y: real() })
    expect(() =>
      fDivergence(fDivergences.kl, data, other, {
        nets: { V },
        // @ts-expect-error: q has no x
        score: ({ x, V }) => V(x),
      }),
    ).toThrow('a net from Real was fed something that is no value')
    expect(() =>
      fDivergence(fDivergences.kl, data, fake, { nets: { G: V }, score: ({ x, G }) => G(x) }),
    ).toThrow("two nets are called 'G'")
  })
})
