import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { positive, real } from '../../src/dsl/domain.js'
import {
  type AnyValue,
  type Axis,
  alignTo,
  axisToEvent,
  batchSize,
  constant,
  eventToAxis,
  expandAxes,
  expandTo,
  hasAxis,
  isValue,
  logSumExpOver,
  makeValue,
  meanOver,
  showSpaceOf,
  sumOver,
  toArray,
  toTypedArray,
  unionAxes,
  unionOrigins,
  withDomain,
  withOrigins,
} from '../../src/dsl/value.js'

const sizes: Readonly<Record<string, number>> = { datum: 2, particle: 3, draw: 4 }
const axes = fc
  .shuffledSubarray(Object.keys(sizes))
  .map((names): readonly Axis[] => names.map((name) => ({ name, size: sizes[name] as number })))

/** Entries count up, so that every entry says where it came from. */
const numbered = (over: readonly Axis[], shape: readonly number[] = [2]): AnyValue => {
  const dims = [...over.map((a) => a.size), ...shape]
  return makeValue(
    tf
      .range(
        0,
        dims.reduce((a, b) => a * b, 1),
      )
      .reshape(dims),
    shape,
    real,
    over,
    new Set(['x']),
  )
}

describe('a value', () => {
  it('has its axes in front and its event last', () => {
    const v = numbered([{ name: 'datum', size: 2 }])
    expect(toArray(v)).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect([...toTypedArray(v)]).toEqual([0, 1, 2, 3])
    expect([hasAxis(v, 'datum'), hasAxis(v, 'draw'), batchSize(v), showSpaceOf(v)]).toEqual([
      true,
      false,
      2,
      'Real[2]',
    ])
    expect(isValue(v)).toBe(true)
    for (const x of [null, undefined, 1, {}, tf.scalar(1), []]) expect(isValue(x)).toBe(false)
    expect(batchSize(constant(3))).toBe(1)
  })

  it('is refused where the tensor has another shape', () => {
    expect(() => makeValue(tf.zeros([3, 2]), [2], real, [{ name: 'datum', size: 4 }])).toThrow(
      'a tensor of shape [3,2] was given where axes [datum] and the event Real[2] ask for [4,2]',
    )
  })
})

describe('axes', () => {
  it('unite in order of first appearance', () => {
    fc.assert(
      fc.property(axes, axes, (a, b) => {
        const union = unionAxes([{ axes: a }, { axes: b }])
        expect(union.slice(0, a.length)).toEqual(a)
        expect(new Set(union.map((x) => x.name))).toEqual(new Set([...a, ...b].map((x) => x.name)))
        expect(unionAxes([{ axes: a }, { axes: a }])).toEqual(a)
      }),
    )
  })

  it('refuse two sizes of one name', () => {
    const [a, b] = [[{ name: 'plate', size: 2 }], [{ name: 'plate', size: 1 }]]
    expect(() => unionAxes([{ axes: a }, { axes: b }])).toThrow(
      "two values meet along the axis 'plate', one of size 2 and one of size 1\n  → give data of one batch size, or name the axes apart",
    )
  })

  it('are aligned by name: expandTo repeats, alignTo leaves size 1', () => {
    fc.assert(
      fc.property(axes, axes, (a, b) => {
        tf.tidy(() => {
          const v = numbered(a)
          const target = unionAxes([{ axes: b }, { axes: a }])
          const expanded = expandTo(v, target)
          expect(expanded.shape).toEqual([...target.map((x) => x.size), 2])
          expect(alignTo(v, target, 2).shape).toEqual([
            ...target.map((x) => (a.some((y) => y.name === x.name) ? x.size : 1)),
            1,
            2,
          ])
          const entries = expanded.dataSync()
          let i = 0
          const visit = (k: number, place: Readonly<Record<string, number>>): void => {
            if (k < target.length) {
              const axis = target[k] as Axis
              for (let j = 0; j < axis.size; j++) visit(k + 1, { ...place, [axis.name]: j })
              return
            }
            const offset = a.reduce((o, x) => o * x.size + (place[x.name] as number), 0)
            expect([entries[i++], entries[i++]]).toEqual([offset * 2, offset * 2 + 1])
          }
          visit(0, {})
          const again = expandAxes(v, target)
          expect(again.axes.map((x) => x.name).sort()).toEqual(target.map((x) => x.name).sort())
          expect([...again.origins]).toEqual(['x'])
        })
      }),
      { numRuns: 50 },
    )
  })

  it('are reduced by name, and only where the value has them', () => {
    const v = numbered([
      { name: 'datum', size: 2 },
      { name: 'particle', size: 3 },
    ])
    expect(toArray(sumOver(v, ['particle', 'draw']))).toEqual([
      [6, 9],
      [24, 27],
    ])
    expect(toArray(meanOver(v, ['datum']))).toEqual([
      [3, 4],
      [5, 6],
      [7, 8],
    ])
    expect(toArray(sumOver(v, ['datum', 'particle']))).toEqual([30, 36])
    expect(sumOver(v, ['draw'])).toBe(v)
    const lse = toTypedArray(logSumExpOver(v, ['particle']))
    const exact = [0, 1, 6, 7].map((x) => x + 4 + Math.log(1 + Math.exp(-2) + Math.exp(-4)))
    exact.forEach((e, i) => void expect(lse[i]).toBeCloseTo(e, 5))
    expect(sumOver(v, ['datum']).axes).toEqual([{ name: 'particle', size: 3 }])
  })

  it('become event dimensions and back', () => {
    fc.assert(
      fc.property(
        axes.filter((a) => a.length > 0),
        (a) => {
          tf.tidy(() => {
            const v = numbered(a)
            const { name } = a[0] as Axis
            const event = axisToEvent(v, name)
            expect(event.shape).toEqual([sizes[name], 2])
            expect(hasAxis(event, name)).toBe(false)
            const back = eventToAxis(event, name)
            expect(back.shape).toEqual([2])
            expect(expandTo(back, a).dataSync()).toEqual(v.tensor.dataSync())
          })
        },
      ),
    )
    expect(() => axisToEvent(constant(1), 'datum')).toThrow("the value has no axis 'datum'")
  })
})

describe('origins', () => {
  it('unite', () => {
    const [a, b, c] = [withOrigins(constant(1), ['z', 'w']), withOrigins(constant(2), ['x']), constant(3)]
    expect([...unionOrigins([a, b, c])]).toEqual(['z', 'w', 'x'])
    expect(unionOrigins([a, c])).toBe(a.origins)
    expect(unionOrigins([c]).size).toBe(0)
  })
  it('and domains are replaced without a copy', () => {
    const v = constant(1)
    expect(withDomain(v, positive).tensor).toBe(v.tensor)
    expect(withOrigins(v, ['x']).tensor).toBe(v.tensor)
  })
})
