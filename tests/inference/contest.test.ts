import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'

const plane = g.real(2)
const D = g.mlp(plane, [3], g.real())
const real = g.empirical({ x: plane })
const fakeOn = (n: number) =>
  g.pipe(
    g.Do,
    g.nets({ G: g.mlp(plane, [3], g.real(n)) }),
    g.bind('z', () => g.standardNormal(2)),
    g.bind('x', ({ z, G }) => g.push(G(z))),
  )
// The types are defeated on purpose.
const untyped = g.contest as unknown as (c: unknown) => unknown

describe('contest', () => {
  it('is the record itself, and leaves no tensors', () => {
    const before = tf.memory().numTensors
    const record = {
      real,
      fake: fakeOn(2),
      nets: { D },
      score: ({ x, D }: never) => (D as never as (x: unknown) => unknown)(x),
    }
    expect(untyped(record)).toBe(record)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses fakes of another shape, in the words of the compiler', () => {
    const score = () => g.value(g.real(), 0)
    expect(() => untyped({ real, fake: fakeOn(3), nets: {}, score })).toThrow(
      "'x': the data have Real[2] but the fakes have Real[3]\n  → let the generator end in the space of the data",
    )
  })

  it('refuses a score that its net cannot take, or that is no scalar, at construction', () => {
    const wide = g.mlp(g.real(5), [3], g.real())
    const fed = ({ x, D }: { x: unknown; D: (x: unknown) => unknown }) => D(x)
    expect(() => untyped({ real, fake: fakeOn(2), nets: { D: wide }, score: fed })).toThrow(
      'a net from Real[5] was fed Real[2]',
    )
    expect(() => untyped({ real, fake: fakeOn(2), nets: {}, score: ({ x }: { x: unknown }) => x })).toThrow(
      'a score is a scalar, but Real[2] was returned\n  → end the critic in real()',
    )
  })
})
