/**
 * Programs with plates against the sum over all configurations: what is summed out is exact, what is drawn is unbiased, within
 * 5 standard errors, and what cannot be summed out element by element is refused.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GiryException } from '../../src/dsl/error.js'
import type { GradientMethod } from '../../src/dsl/gradientMethods.js'
import { movingAverage, score } from '../../src/dsl/methods.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { cubo } from '../../src/inference/cubo.js'
import { evidence } from '../../src/inference/evidence.js'
import { iwae } from '../../src/inference/iwae.js'
import { renyi } from '../../src/inference/renyi.js'
import { boundOf, seeds } from '../../src/testing/arbitraries/boundCase.js'
import { streamOf } from '../../src/testing/arbitraries/stream.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf, slopes } from '../inference/gradients.js'
import { evaluateOnce } from './evaluation.js'
import { platedData, platedModels } from './platedModels.js'
import { platedExact } from './platedOracle.js'
import { describePlated, type PlatedProgram, platedProgram } from './platedPrograms.js'
import { runs } from './runs.js'

type Bound = (p: unknown, q: unknown, options: object) => AnyObjective
const [iwaeOf, renyiOf, cuboOf] = [iwae, renyi, cubo] as unknown as [Bound, Bound, Bound]

const refused = /is summed out for each element of the plate|meet in the plates/

/** What f gives, or nothing where it is refused because elements of a plate depend on one another. */
const unlessMixed = <A>(f: () => A): A | undefined => {
  try {
    return f()
  } catch (e) {
    expect(e).toBeInstanceOf(GiryException)
    expect((e as GiryException).message).toMatch(refused)
    return undefined
  }
}

const everySite = (program: PlatedProgram, method: GradientMethod) =>
  Object.fromEntries(program.q.map((site) => [site.name, method]))

/** The program of a seed, and its bound with every site summed out, where that is allowed. */
const summedOut = (seed: number, kl: 'closed form' | 'sampled') => {
  const program = platedProgram(seed)
  const { p, q } = platedModels(program)
  const sites = everySite(program, 'enumerate')
  return {
    ...program,
    p,
    q,
    sites,
    what: describePlated(program),
    data: platedData(program, 1),
    exact: platedExact(program),
    bound: unlessMixed(() => boundOf(p, q, { kl, sites })),
  }
}

const kls = fc.constantFrom('closed form' as const, 'sampled' as const)
/** Within rounding of float32: 1e-5 for values, more for gradients, which are differences. */
const close = (a: number, b: number, rounding = 1e-5) => Math.abs(a - b) < rounding * Math.max(1, Math.abs(b))

describe('random programs with plates', () => {
  it('summed out: L_b, L_K, L_½ and CUBO_2 are those of all configurations', () => {
    let [summed, all] = [0, 0]
    fc.assert(
      fc.property(seeds(), kls, (seed, kl) => {
        const { p, q, bound, params, data, exact, sites, what } = summedOut(seed, kl)
        all++
        if (bound === undefined) return
        summed++
        const values = (o: AnyObjective) => unlessMixed(() => evaluateOnce(o, scalarsOf(params), data))
        const options = { particles: 1, sites }
        const found = [
          values(bound),
          values(iwaeOf(p, q, options)),
          values(renyiOf(p, q, { ...options, alpha: 0.5 })),
          values(cuboOf(p, q, options)),
        ]
        const truth = [exact.bound(params), ...[1, 0.5, 2].map((s) => exact.powerMean(params, s))]
        for (const [i, x] of found.entries())
          expect(
            x === undefined || close(x, truth[i] as number),
            `${what}: ${found} should be ${truth}`,
          ).toBe(true)
        expect(found[0], what).toBeDefined()
      }),
      runs(150),
    )
    expect(summed).toBeGreaterThan(all / 4)
  })

  it('summed out: the gradient of L_b is that of the sum', () => {
    fc.assert(
      fc.property(seeds(), kls, (seed, kl) => {
        const { bound, params, data, exact, what } = summedOut(seed, kl)
        if (bound === undefined) return
        const { gradients } = gradientAt(bound, scalarsOf(params), data)
        for (const [path, slope] of Object.entries(slopes(exact.bound, params))) {
          const found = gradients[path.replace('[0]', '')]?.[0] as number
          expect(close(found, slope, 1e-4), `${what}: ${path} is ${found} and should be ${slope}`).toBe(true)
        }
      }),
      runs(25),
    )
  })

  it('evidence is the sum over all configurations', () =>
    fc.assert(
      fc.asyncProperty(seeds(), async (seed) => {
        const program = platedProgram(seed)
        const { p } = platedModels(program)
        const own = Object.fromEntries(
          Object.entries(scalarsOf(program.params)).filter(([name]) => name in p.nets),
        )
        const found = await evidence(p as never, platedData(program, 1) as never, { params: own } as never)()
        expect(found).toMatchObject({ _tag: 'Right', right: { method: 'enumeration' } })
        const { value } = (found as unknown as { readonly right: { readonly value: readonly number[] } })
          .right
        expect(value[0], describePlated(program)).toBeCloseTo(
          platedExact(program).evidence(program.params),
          3,
        )
      }),
      runs(12),
    ))

  it('drawn and summed out: L_b and its gradient are unbiased, whatever the methods of the sites', () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const program = platedProgram(seed)
        const { p, q } = platedModels(program)
        const s = streamOf(seed)
        const methods = Object.fromEntries(
          program.q.map(({ name, kind, plates }) => [
            name,
            s.one<GradientMethod | undefined>([
              undefined,
              'enumerate',
              'score',
              score({ raoBlackwell: false }),
              score({ baseline: movingAverage(0.9) }),
              ...(kind === 'label' ? [] : ['rebar' as const]),
              ...(plates.length > 0 || kind === 'oneHot' ? [] : ['measureValued' as const]),
            ]),
          ]),
        )
        const what = `${describePlated(program)}, ${JSON.stringify(methods)}`
        const particles = s.integer(1, 3)
        const o = unlessMixed(() => boundOf(p, q, { particles, sites: methods as never }))
        if (o === undefined) return
        const averages = Object.keys(o.nets).filter((name) => name.endsWith('_baseline'))
        const params = { ...program.params, ...Object.fromEntries(averages.map((name) => [name, -1])) }
        const exact = platedExact(program)
        const found = gradientsOver(o, scalarsOf(params), platedData(program, 128), 12)
        const entries = found.entries.filter((e) => !e.path.includes('_baseline/'))
        expectUnbiased({ ...found, entries }, slopes(exact.bound, program.params), what)
        expect(Math.abs(found.value.value - exact.bound(program.params)), what).toBeLessThan(
          5 * found.value.standardError + 1e-3,
        )
      }),
      runs(10),
    )
  })
})
