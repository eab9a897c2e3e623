import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { real as realDomain } from '../../../src/dsl/domain.js'
import { chain } from '../../../src/dsl/nets/chain.js'
import { conv2d } from '../../../src/dsl/nets/conv2d.js'
import { dense, gaussian, mlp } from '../../../src/dsl/nets/dense.js'
import * as S from '../../../src/dsl/space.js'
import { makeValue, withOrigins } from '../../../src/dsl/value.js'
import { expectClose, noise } from '../numerics/agreement.js'
import { randomTensors, refusal } from './nets.js'

const x = withOrigins(
  makeValue<[2], typeof realDomain.marks>(tf.tensor(noise(6, 3), [3, 2]), [2], realDomain, [
    { name: 'datum', size: 3 },
  ]),
  ['x'],
)

describe('chain', () => {
  it('applies one net after the other, each with its own parameters', () => {
    const [f, g, h] = [
      dense(S.real(2), S.positive(3)),
      mlp(S.positive(3), [2], S.real(4)),
      dense(S.real(4), S.unit()),
    ]
    const net = chain(f, g, h)
    expect(Object.keys(net.parameters)).toEqual([
      '0/kernel',
      '0/bias',
      '1/0/kernel',
      '1/0/bias',
      '1/1/kernel',
      '1/1/bias',
      '2/kernel',
      '2/bias',
    ])
    const t = randomTensors(net)
    const of = (i: number) =>
      Object.fromEntries(
        Object.entries(t).flatMap(([p, v]) => (p.startsWith(`${i}/`) ? [[p.slice(2), v]] : [])),
      )
    const y = net.apply(t)(x)
    const byHand = h.apply(of(2))(g.apply(of(1))(f.apply(of(0))(x)))
    expectClose(y.tensor.dataSync(), byHand.tensor.dataSync(), 0, 0)
    expect([y.domain.name, y.shape, y.axes, [...y.origins]]).toEqual(['Unit', [], x.axes, ['x']])
    expect(net.example(x).axes).toEqual(x.axes)
  })

  it('may end in two heads, begin with images and be chained again', () => {
    const images = conv2d(S.real(4, 4, 1), S.real(2, 2, 3), { kernel: 2, stride: 2 })
    const net = chain(chain(images, dense(S.real(2, 2, 3), S.real(5))), gaussian(S.real(5), [], S.real(2)))
    const image = makeValue<[4, 4, 1], typeof realDomain.marks>(tf.ones([4, 4, 1]), [4, 4, 1], realDomain)
    const { loc, scale } = net.apply(randomTensors(net))(image)
    expect([loc.shape, scale.domain.name]).toEqual([[2], 'Positive'])
    expect(Object.keys(net.parameters)[0]).toBe('0/0/kernel')
  })

  it('accepts a smaller domain', () => {
    expect(refusal(() => chain(dense(S.real(2), S.unit(3)), dense(S.real(3), S.real())))).toBe(
      'nothing was thrown',
    )
  })

  it('refuses nets that do not fit, at construction, in the words of the compiler', () => {
    expect(refusal(() => chain(dense(S.real(2), S.real(3)), dense(S.real(4), S.real()) as never))).toContain(
      'a net from Real[4] was fed Real[3]',
    )
    expect(
      refusal(() => chain(dense(S.real(2), S.real(3)), dense(S.positive(3), S.real()) as never)),
    ).toContain('a net from Positive[3] was fed Real[3]')
    expect(
      refusal(() =>
        chain(
          dense(S.real(2), S.real(3)),
          dense(S.real(3), S.real(5)),
          gaussian(S.real(4), [], S.real(2)) as never,
        ),
      ),
    ).toContain('a net from Real[4] was fed Real[5]')
  })

  it('leaks no tensor when it is built', () => {
    const before = tf.memory().numTensors
    chain(dense(S.real(2), S.real(3)), dense(S.real(3), S.real()))
    expect(tf.memory().numTensors).toBe(before)
  })
})
