import { describe, expect, it } from 'vitest'
import { chain } from '../../../src/dsl/nets/chain.js'
import { conv2d } from '../../../src/dsl/nets/conv2d.js'
import { reshaped } from '../../../src/dsl/nets/reshaped.js'
import * as S from '../../../src/dsl/space.js'
import { toArray } from '../../../src/dsl/value.js'
import { refusal } from './nets.js'

describe('reshaped', () => {
  it('keeps every number in its order, and the domain of the entries', () => {
    const net = reshaped(S.unit(6), [3, 2, 1])
    const y = net.apply({})(S.value(S.unit(6), [[0, 0.2, 0.4, 0.6, 0.8, 1]], 'datum'))
    expect(y.shape).toEqual([3, 2, 1])
    expect(y.domain.name).toBe('Unit')
    expect((toArray(y) as number[][][][]).flat(3).map((x) => x.toFixed(1))).toEqual([
      '0.0',
      '0.2',
      '0.4',
      '0.6',
      '0.8',
      '1.0',
    ])
    expect(net.parameters).toEqual({})
    expect(net.description).toBe('Unit[6] → Unit[3, 2, 1]')
  })

  it('joins flat vectors with images in a chain', () => {
    const net = chain(
      reshaped(S.unit(16), [4, 4, 1]),
      conv2d(S.unit(4, 4, 1), S.real(2, 2, 3), { kernel: 2, stride: 2 }),
    )
    expect(Object.keys(net.parameters)).toEqual(['1/kernel', '1/bias'])
  })

  it('refuses another number of entries', () => {
    expect(refusal(() => reshaped(S.real(6), [4, 2]))).toBe(
      'Real[6] cannot be reshaped to [4, 2]: 6 entries are not 8\n  → keep the number of entries',
    )
  })
})
