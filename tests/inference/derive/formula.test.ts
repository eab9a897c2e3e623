import { describe, expect, it } from 'vitest'
import {
  conditional,
  divergence,
  formula,
  integral,
  log,
  ratio,
  total,
  variable,
} from '../../../src/inference/derive/formula.js'

const [x, z] = [formula('x'), formula('z')]

describe('variable', () => {
  it.each([
    ['z', 'z'],
    ['z1', 'z_{1}'],
    ["z'", "z'"],
    ['weights', '\\mathit{weights}'],
    ['image_left', '\\mathit{image}_{\\mathit{left}}'],
    ['θ', '\\theta'],
    ['θ2', '\\theta_{2}'],
    ['_', '\\cdot'],
  ])('%s is set as %s', (name, latex) => {
    expect(variable(name)).toEqual({ text: name, latex })
  })

  it('carries the index of a datum', () => {
    expect(variable('z1', 'n')).toEqual({ text: 'z1_n', latex: 'z_{1,n}' })
    expect(variable('x', 'all')).toEqual({ text: 'x_1:N', latex: 'x_{1:N}' })
  })
})

describe('combinators', () => {
  it('write both readings', () => {
    expect(conditional('p', [x], [])).toEqual({ text: 'p(x)', latex: 'p(x)' })
    expect(conditional('p', [x], [z])).toEqual({ text: 'p(x | z)', latex: 'p(x \\mid z)' })
    expect(log(ratio(x, z))).toEqual({ text: 'log [x / z]', latex: '\\log \\frac{x}{z}' })
    expect(divergence(x, z).text).toBe('KL(x ‖ z)')
  })

  it('sum over what is discrete and integrate over the rest', () => {
    const f = formula('f')
    expect(integral([x], [], f).text).toBe('Σ_x f')
    expect(integral([], [z], f).text).toBe('∫ f dz')
    expect(integral([x], [z], f)).toEqual({ text: 'Σ_x ∫ f dz', latex: '\\sum_{x} \\int f\\thinspace dz' })
  })

  it('write signs between summands, and a leading minus', () => {
    expect(
      total([
        { sign: '−', body: x },
        { sign: '+', body: z },
        { sign: '−', body: x },
      ]),
    ).toEqual({ text: '−x + z − x', latex: '-x + z - x' })
  })
})
