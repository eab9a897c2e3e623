import { describe, expect, it } from 'vitest'
import {
  addWeightDecay,
  clipByGlobalNorm,
  clipByValue,
  descend,
  scaleByAdam,
} from '../../../src/inference/optimizers/optimizers.js'
import { compose, stagesOf } from '../../../src/inference/optimizers/stages.js'
import {
  programOf,
  stateless,
  type Transformation,
} from '../../../src/inference/optimizers/transformation.js'
import { input } from '../../../src/runtime/fused/expression.js'

const plain = stateless('plain', () => {})
const [norm, adam, down, value] = [clipByGlobalNorm(1), scaleByAdam(), descend(0.1), clipByValue(1)]

/** The stages as text: the numbers of the parts that run together, or 'plain'. */
const stages = (parts: readonly Transformation[], ends = true): string =>
  stagesOf(parts.flatMap(programOf), ends)
    .map((s) => (s.tag === 'plain' ? 'plain' : s.parts.map((p) => p.index).join('+') || 'empty'))
    .join(' | ')

describe('stages', () => {
  it.each<[string, readonly Transformation[], string]>([
    ['one loop for neighbors', [adam, addWeightDecay(0.1), down], '0+1+2'],
    ['a norm at the front costs no store', [norm, adam, down], '0+1+2'],
    ['a norm later begins a new loop', [adam, norm, down], '0 | 1+2'],
    ['two norms, two loops', [norm, value, norm, down], '0+1 | 2+3'],
    ['a plain part stands alone', [value, plain, down], '0 | plain | 2'],
    ['a plain part in front has a loop before it', [plain, adam, down], 'empty | plain | 1+2'],
    ['a plain part at the end has one behind it', [adam, plain, plain], '0 | plain | plain | empty'],
    ['nothing is one empty loop', [], 'empty'],
  ])('%s', (_, parts, expected) => {
    expect(stages(parts)).toBe(expected)
  })

  it('of a chain that is not applied to parameters have no empty ends', () => {
    expect(stages([plain, adam, norm, plain], false)).toBe('plain | 1 | 2 | plain')
    expect(stages([], false)).toBe('')
  })

  it('compose into expressions, with states named by the number of their part', () => {
    const [first] = stagesOf([adam, adam].flatMap(programOf), true)
    if (first?.tag !== 'fused') throw new Error('not fused')
    const { states } = compose(first.parts, input('u'), input('theta'))
    expect(Object.keys(states)).toEqual(['0.m', '0.s', '1.m', '1.s'])
  })
})
