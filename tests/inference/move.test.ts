/** The last good parameters: those at which every player's objective and gradient were finite. */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'

const start = (value: number) => g.parameter(g.real(), { start: { kind: 'constant', value } })
const draw = g.pipe(
  g.Do,
  g.bind('e', () => g.standardNormal()),
)

/** x, with the slope s(x); both from tensors. */
const withSlope = (value: (x: tf.Tensor) => tf.Tensor, slope: (x: tf.Tensor) => tf.Tensor) =>
  g.lift(g.real(), (t: tf.Tensor) =>
    tf.customGrad((x) => ({
      value: value(x as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => tf.mul(dy, slope(x as tf.Tensor)),
    }))(t),
  ) as unknown as (x: g.Value<[], g.Real>) => g.Value<[], g.Real>

const nanAbove = (limit: number, otherwise: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) =>
  tf.where(tf.greater(x, limit), tf.fill(x.shape, Number.NaN), otherwise(x))

const ones = (x: tf.Tensor) => tf.onesLike(x)
const same = (x: tf.Tensor) => tf.mul(x, 1)

const diverged = async (game: unknown, options: object): Promise<g.GiryError> => {
  const r = await g.fit(
    game as never,
    { optimizer: g.sgd(1), steps: 9, batch: 1, runtime: 'cpu', ...options } as never,
  )()
  return E.isLeft(r) ? (r.left[0] as g.GiryError) : expect.fail('it did not diverge')
}

const numbers = (e: g.GiryError) =>
  Object.fromEntries(
    Object.entries(e.details?.params as Record<string, { value: { data: Float32Array } }>).map(([k, v]) => [
      k,
      v.value.data[0],
    ]),
  )

describe('the last good parameters', () => {
  it('survive a gradient that is not finite where the objective is', async () => {
    const a = start(0)
    // θ = 0, 1, 2, 3: at 3 the slope is NaN, at 2 all was well.
    const f = withSlope(same, nanAbove(2.5, ones))
    const e = await diverged(g.maximize(g.expect(draw, { a }, ({ a }) => f(a()))), {})
    expect(e.message).toMatch(/^step 4, .* has a gradient that is NaN$/)
    expect(numbers(e)).toEqual({ a: 2 })
    expect(e.details?.updates).toBe(2)
  })

  /** Both players climb one step at a time; the second one's objective is NaN from 2.5 on. */
  const race = () => {
    const [a, b] = [start(0), start(0)]
    const own = withSlope(same, ones)
    const brittle = withSlope(nanAbove(2.5, same), ones)
    return g.game({
      A: { owns: ['a'], maximize: g.expect(draw, { a }, ({ a }) => own(a())) },
      B: { owns: ['b'], maximize: g.expect(draw, { b }, ({ b }) => brittle(b())) },
    })
  }

  it('are those of one step in simultaneous play, whoever has moved since', async () => {
    const e = await diverged(race(), { play: 'simultaneous' })
    expect(e.message).toMatch(/^step 4, player 'B'/)
    expect(numbers(e)).toEqual({ a: 2, b: 2 })
  })

  it('are those before a look ahead in extragradient play', async () => {
    const e = await diverged(race(), { play: 'extragradient' })
    expect(e.message).toMatch(/^step 3, player 'B'/)
    expect(numbers(e)).toEqual({ a: 2, b: 2 })
  })

  it('name a gradient that is not finite at the point looked at, and leave the point before', async () => {
    const [a, b] = [start(0), start(0)]
    const [own, brittle] = [withSlope(same, ones), withSlope(same, nanAbove(2.5, ones))]
    const game = g.game({
      A: { owns: ['a'], maximize: g.expect(draw, { a }, ({ a }) => own(a())) },
      B: { owns: ['b'], maximize: g.expect(draw, { b }, ({ b }) => brittle(b())) },
    })
    const e = await diverged(game, { play: 'extragradient' })
    expect(e.message).toMatch(/^step 3, player 'B': .* has a gradient that is NaN$/)
    expect(numbers(e)).toEqual({ a: 2, b: 2 })
  })
})
