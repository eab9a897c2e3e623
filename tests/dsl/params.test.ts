import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GiryException } from '../../src/dsl/error.js'
import { dense, mlp } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import {
  flattenParams,
  paramErrors,
  requireParams,
  tensorsOf,
  unflattenParams,
} from '../../src/dsl/params.js'
import * as S from '../../src/dsl/space.js'

const nets = { decode: mlp(S.real(2), [3], S.real(4)), rate: parameter(S.positive()) }
const array = (...shape: number[]) => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5),
})
const good = {
  decode: { '0/kernel': array(2, 3), '0/bias': array(3), '1/kernel': array(3, 4), '1/bias': array(4) },
  rate: { value: array() },
}

describe('params', () => {
  it('are flattened to full paths and back', () => {
    expect(Object.keys(flattenParams(good))).toEqual([
      'decode/0/kernel',
      'decode/0/bias',
      'decode/1/kernel',
      'decode/1/bias',
      'rate/value',
    ])
    expect(unflattenParams(flattenParams(good))).toEqual(good)
    const name = fc.stringMatching(/^[a-z]{1,3}$/)
    const arrays = fc.dictionary(
      fc.stringMatching(/^[a-z0-9]{1,2}(\/[a-z]{1,2})?$/),
      fc.integer({ min: 1, max: 3 }).map((n) => array(n)),
      { minKeys: 1 },
    )
    fc.assert(
      fc.property(
        fc.dictionary(name, arrays),
        (p) => void expect(unflattenParams(flattenParams(p))).toEqual({ ...p }),
      ),
    )
  })

  it('refuse an array without a net', () => {
    for (const path of ['kernel', '/kernel'])
      expect(() => unflattenParams({ [path]: array(1) })).toThrow(`the array '${path}' belongs to no net`)
  })

  it('become tensors by full path', () => {
    const tensors = tensorsOf(nets, good)
    expect(Object.fromEntries(Object.entries(tensors).map(([path, t]) => [path, t.shape]))).toEqual({
      'decode/0/kernel': [2, 3],
      'decode/0/bias': [3],
      'decode/1/kernel': [3, 4],
      'decode/1/bias': [4],
      'rate/value': [],
    })
    expect(tensors['decode/1/bias']?.dataSync()).toEqual(good.decode['1/bias'].data)
  })

  it('may hold more nets than are asked for', () => {
    expect(paramErrors({ rate: nets.rate }, good)).toEqual([])
    expect(paramErrors({}, {})).toEqual([])
  })

  it('are refused with every reason: a missing net, a missing array, a wrong shape', () => {
    const bad = { decode: { '0/kernel': array(2, 5), '0/bias': array(3), '1/kernel': array(3, 4) } }
    expect(paramErrors(nets, bad).map((e) => [e.tag, e.where, e.message])).toEqual([
      ['params', 'decode/0/kernel', "the parameter 'decode/0/kernel' has shape [2,5], but the net has [2,3]"],
      ['params', 'decode/1/bias', "the parameter 'decode/1/bias' is missing"],
      ['params', 'rate', "the params have no net 'rate'"],
    ])
    expect(() => requireParams(nets, bad)).toThrow(GiryException)
    expect(() => tensorsOf(nets, bad)).toThrow("the params have no net 'rate'")
    expect(() => requireParams(nets, good)).not.toThrow()
  })

  it('of a net that was built with other sizes are refused', () => {
    expect(paramErrors({ decode: dense(S.real(2), S.real(4)) }, good).map((e) => e.message)).toEqual([
      "the parameter 'decode/kernel' is missing",
      "the parameter 'decode/bias' is missing",
    ])
  })
})
