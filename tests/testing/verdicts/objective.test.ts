/** The laws of objectives: bounds and sums pass; one that keeps tensors, counts, draws for itself or sums over data is caught. */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { check, laws } from 'giry/testing'
import { describe, expect, it } from 'vitest'
import type { Environment } from '../../../src/dsl/objective.js'

const X = g.real(2)
const p = g.pipe(
  g.Do,
  g.nets({ decode: g.dense(g.real(1), X) }),
  g.bind('z', () => g.standardNormal(1)),
  g.bind('x', ({ z, decode }) => g.normal({ loc: decode(z), scale: 0.5 })),
)
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode: g.gaussian(X, [4], g.real(1)) }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)
const bound = g.elbo(p, q)
const data = {
  x: [
    [0.2, -0.4],
    [1.5, 0.3],
    [-0.7, 2],
    [0.1, 0.1],
  ],
}
type Evaluate = (env: Environment) => g.Value<[], g.Real>
const with_ = (evaluate: Evaluate): typeof bound => ({ ...bound, evaluate })
const failed = async (evaluate: Evaluate) =>
  (await laws.objective(with_(evaluate), data)).filter((v) => !v.holds)
const names = async (evaluate: Evaluate) => (await failed(evaluate)).map((v) => v.law)

describe('objectives of giry', () => {
  it('a bound passes, compiled too', async () => {
    const verdicts = await check(laws.objective(bound, data))
    expect(verdicts.map((v) => v.law)).toContain('compiled = eager')
  })

  it('a weighted sum of two bounds passes', async () => {
    await check(laws.objective(g.plus(bound, g.scale(0.5, g.elbo(p, q, { particles: 3 }))), data))
  })

  it('one without data and without nets passes', async () => {
    const square = g.expect(
      g.pipe(
        g.Do,
        g.bind('z', () => g.standardNormal()),
      ),
      {},
      ({ z }) => g.square(z),
    )
    await check(laws.objective(square, undefined))
  })
})

describe('an objective', () => {
  it('that sums over the data instead of taking the mean is caught', async () => {
    const found = await failed((env) => g.mul(env.batch, bound.evaluate(env)) as never)
    expect(found.map((v) => v.law)).toContain('the value is a mean over the data')
    expect(found[0]?.sentence).toMatch(/off by \d+(\.\d+)? \(\d+\.\d standard errors\)/)
  })

  it('that counts its evaluations is caught', async () => {
    let calls = 0
    expect(await names((env) => g.add(bound.evaluate(env), ++calls * 0.1) as never)).toContain(
      'one seed, one value',
    )
  })

  it('that keeps tensors is caught', async () => {
    const kept: tf.Tensor[] = []
    const found = await failed((env) => {
      kept.push(tf.keep(tf.scalar(1)))
      return bound.evaluate(env)
    })
    expect(found.map((v) => v.sentence)).toContain('an evaluation leaves 1 tensors behind')
    tf.dispose(kept)
  })

  it('that reads a net which it does not declare is caught', async () => {
    const found = await failed((env) => {
      const stray = env.parameters['bystander/value']
      const value = bound.evaluate(env)
      return stray === undefined ? value : { ...value, tensor: tf.add(value.tensor, stray) }
    })
    expect(found.map((v) => v.sentence)).toContain(
      'a net that it does not declare has gradient 1 and moves the value by 1000',
    )
  })

  it('that is not finite is caught', async () => {
    expect(await names((env) => g.div(bound.evaluate(env), 0 as never) as never)).toContain(
      'value and gradient are finite',
    )
  })
})
