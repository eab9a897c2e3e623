/** What ends a fit early ends a compiled one as it ends an eager one: the same error, the same parameters kept. */
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { type Case, distance, fitted, minimax, numbersOf, type Options, tryFit, vae } from './trainables.js'

const both = ['onnx-node', 'cpu'] as const

const errorsFrom = async (c: Case, options: Options): Promise<readonly g.GiryError[]> => {
  const result = await tryFit(c, options)
  if (E.isRight(result)) throw new Error('the fit ended well')
  return result.left
}

/** The same errors on both runtimes, but for what float32 rounds; those of the compiled one. */
const sameErrors = async (c: Case, options: Options): Promise<readonly g.GiryError[]> => {
  const [compiled, eager] = [
    await errorsFrom(c, { ...options, runtime: 'onnx-node' }),
    await errorsFrom(c, { ...options, runtime: 'cpu' }),
  ]
  const text = ({ tag, where, message, remedy }: g.GiryError) => ({ tag, where, message, remedy })
  expect(compiled.map(text)).toEqual(eager.map(text))
  const params = (e: readonly g.GiryError[]) => numbersOf(e[0]?.details?.params as g.Params<unknown>)
  const other = params(eager)
  params(compiled).forEach((x, i) => {
    expect(Math.abs(x - (other[i] as number))).toBeLessThan(1e-5)
  })
  return compiled
}

const X = g.real()
const standard = g.pipe(
  g.Do,
  g.bind('z', () => g.standardNormal()),
  g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
)
const steepFrom = (value: number): Case => ({
  target: g.elbo(
    standard,
    g.pipe(
      g.given({ x: X }),
      g.nets({ m: g.parameter(X, { start: { kind: 'constant', value } }) }),
      g.bind('z', ({ m }) => g.normal({ loc: 0, scale: g.exp(g.square(m())) })),
    ),
  ),
  data: { x: [1, 2] },
})

describe('a step that is not finite', () => {
  it('at the start: names the site and the term', async () => {
    const [error] = await sameErrors(steepFrom(80), { batch: 2, optimizer: g.sgd(1), steps: 5 })
    expect(error).toMatchObject({
      tag: 'nonFinite',
      where: 'z',
      remedy:
        'look at the starting parameters and the data: nothing has been learnt yet; the last good parameters are in details.params',
      details: { step: 1, site: 'z', updates: 0 },
    })
    expect(error?.message).toMatch(/^step 1: the term KL\(q\(z\) ‖ p\(z\)\) at site 'z' is (-?Infinity|NaN)$/)
    expect(error?.details?.params).toMatchObject({ m: { value: { data: Float32Array.of(80) } } })
  })

  it('on the way: hands out the last good parameters, which evaluate to something finite', async () => {
    // The first step leads from m = 1.5 to where exp(m^2) is infinite.
    const c = steepFrom(1.5)
    const [error] = await sameErrors(c, { batch: 2, optimizer: g.sgd(0.1), steps: 50 })
    expect(error).toMatchObject({ tag: 'nonFinite', where: 'z', details: { site: 'z' } })
    const { step, params, history } = (error as g.GiryError).details as Record<string, unknown>
    expect(step).toBe(2)
    expect(history).toHaveLength(1)
    const value = await g.orThrow(g.evaluate(c.target as never, { params, data: c.data } as never))
    expect(Number.isFinite(value)).toBe(true)
  })
})

describe('an abort', () => {
  it.each(both)('keeps the steps before it (%s)', async (runtime) => {
    const controller = new AbortController()
    const onEvent = (e: g.FitEvent) => void (e.type === 'step' && e.step === 4 && controller.abort())
    const stopped = await fitted(vae, { steps: 100, runtime, onEvent, signal: controller.signal })
    expect(stopped.diagnostics).toMatchObject({ steps: 4, stopped: 'aborted', runtime })
    expect(distance(stopped, await fitted(vae, { steps: 4, runtime }))).toBe(0)
  })

  it.each(both)('before the first step gives the start (%s)', async (runtime) => {
    const stopped = await fitted(vae, { steps: 100, runtime, signal: AbortSignal.abort() })
    expect(stopped.diagnostics).toMatchObject({ steps: 0, stopped: 'aborted' })
    expect(numbersOf(stopped.params)).toEqual(numbersOf(g.init(vae.target as never, 3) as never))
  })
})

describe('what a user function throws', () => {
  it('in a listener ends the fit with the parameters so far', async () => {
    const onEvent = (e: g.FitEvent) => {
      if (e.type === 'step' && e.step === 3) throw new Error('the disk is full')
    }
    const [error] = await sameErrors(minimax, { steps: 9, optimizer: g.sgd(0.1), onEvent })
    expect(error).toMatchObject({
      tag: 'runtime',
      message: 'the fit stopped: the disk is full',
      remedy: 'the parameters so far are in details.params',
    })
    const three = await fitted(minimax, { steps: 3, optimizer: g.sgd(0.1), runtime: 'onnx-node' })
    expect(numbersOf(error?.details?.params as g.Params<unknown>)).toEqual(numbersOf(three.params))
  })

  it('in a checkpoint as well, and the checkpoints before it are written', async () => {
    const written: number[] = []
    const write = async (fit: g.Fit) => {
      if (fit.diagnostics.steps === 4) throw new Error('the disk is full')
      written.push(fit.diagnostics.steps)
    }
    const checkpoint = { every: 2, write } as never
    const [error] = await sameErrors(vae, { steps: 9, optimizer: g.sgd(0.1), checkpoint })
    expect(error?.message).toBe('the fit stopped: the disk is full')
    expect(written).toEqual([2, 2])
  })
})
