import { digamma, lgamma, trigamma } from 'lib-r-math.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { binomial } from '../../../src/dsl/distributions/binomial.js'
import { categorical } from '../../../src/dsl/distributions/categorical.js'
import { exponential } from '../../../src/dsl/distributions/exponential.js'
import { gamma } from '../../../src/dsl/distributions/gamma.js'
import { geometric } from '../../../src/dsl/distributions/geometric.js'
import { inverseGamma } from '../../../src/dsl/distributions/inverseGamma.js'
import { laplace } from '../../../src/dsl/distributions/laplace.js'
import { logNormal } from '../../../src/dsl/distributions/logNormal.js'
import { negativeBinomial } from '../../../src/dsl/distributions/negativeBinomial.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { poisson } from '../../../src/dsl/distributions/poisson.js'
import { relaxedBernoulli } from '../../../src/dsl/distributions/relaxedBernoulli.js'
import { uniform } from '../../../src/dsl/distributions/uniform.js'
import { klExact, klTable } from '../../../src/dsl/kl.js'
import { simplex, value } from '../../../src/dsl/space.js'
import { toArray } from '../../../src/dsl/value.js'
import { closedForm, closedForms } from '../../../src/inference/derive/closedForms.js'

type Numbers = Readonly<Record<string, number>>

/** Reads a printed formula as arithmetic: juxtaposition is multiplication, Σ has one summand. */
const evaluated = (printed: string, numbers: Numbers): number => {
  const code = printed
    .replaceAll('Σ ', '')
    .replaceAll('½', '0.5')
    .replaceAll('²', '**2')
    .replaceAll('−', '-')
    .replaceAll('[', '(')
    .replaceAll(']', ')')
    .replace(/\|([^|]*)\|/g, 'abs($1)')
    .replaceAll('log 2π', 'log(2 * π)')
    .replaceAll('log Γ', 'logΓ')
    .replace(/(log|exp) ([a-zσ])/g, '$1($2)')
    .replace(/([\d)]|\b[a-z]) (?=[(]|[a-z]\b|log|exp|ψ)/g, '$1 * ')
  const names = {
    log: Math.log,
    exp: Math.exp,
    abs: Math.abs,
    π: Math.PI,
    ψ: digamma,
    logΓ: lgamma,
    ...numbers,
  }
  return new Function(...Object.keys(names), `return ${code}`)(...Object.values(names)) as number
}

const printed = (pair: string, standard = false): string => {
  const [q = '', p = ''] = pair.split('|')
  return closedForm(q, p, standard)?.formula.text ?? 'none'
}

describe('closed forms', () => {
  it('has a formula for each pair of the table, and for no other', () => {
    expect(Object.keys(closedForms).sort()).toEqual(Object.keys(klTable).sort())
  })

  const [m, s, μ, r] = [0.7, 0.4, -0.2, 1.5]
  const [a, b] = [0.3, 0.8]
  const entropy = (h: number, v: number) => ({ m, v, H: h, μ, r })
  const p = normal({ loc: -0.2, scale: 1.5 })

  const ga = (concentration: number, rate: number) => gamma({ concentration, rate })
  const inverse = (concentration: number, scale: number) => inverseGamma({ concentration, scale })
  const shapes = { a: 3, r: 2, b: 1.5, s: 0.75 }
  const moments = {
    b: 1.5,
    s: 0.75,
    l: digamma(3) - Math.log(2),
    H: 3 - Math.log(2) + lgamma(3) - 2 * digamma(3),
  }

  it.each([
    ['normal|normal', { m, s, μ, r }, () => klExact(normal({ loc: 0.7, scale: 0.4 }), p)],
    [
      'logNormal|logNormal',
      { m, s, μ, r },
      () => klExact(logNormal({ loc: 0.7, scale: 0.4 }), logNormal({ loc: -0.2, scale: 1.5 })),
    ],
    [
      'laplace|laplace',
      { m, s, μ, r },
      () => klExact(laplace({ loc: 0.7, scale: 0.4 }), laplace({ loc: -0.2, scale: 1.5 })),
    ],
    ['bernoulli|bernoulli', { a, b }, () => klExact(bernoulli({ probs: 0.3 }), bernoulli({ probs: 0.8 }))],
    [
      'exponential|exponential',
      { a, b },
      () => klExact(exponential({ rate: 0.3 }), exponential({ rate: 0.8 })),
    ],
    ['poisson|poisson', { a, b }, () => klExact(poisson({ rate: 0.3 }), poisson({ rate: 0.8 }))],
    [
      'binomial|binomial',
      { a, b, n: 5 },
      () => klExact(binomial({ trials: 5, probs: 0.3 }), binomial({ trials: 5, probs: 0.8 })),
    ],
    ['geometric|geometric', { a, b }, () => klExact(geometric({ probs: 0.3 }), geometric({ probs: 0.8 }))],
    [
      'negativeBinomial|negativeBinomial',
      { a, b, r: 2.5 },
      () =>
        klExact(
          negativeBinomial({ failures: 2.5, probs: 0.3 }),
          negativeBinomial({ failures: 2.5, probs: 0.8 }),
        ),
    ],
    [
      'relaxedBernoulli|relaxedBernoulli',
      { d: 1.5 },
      () =>
        klExact(
          relaxedBernoulli({ temperature: 2, logits: 2 }),
          relaxedBernoulli({ temperature: 2, logits: 0.5 }),
        ),
    ],
    // Mean and entropy of a coin of chance 0.3.
    [
      'bernoulli|geometric',
      { b, m: 0.3, H: -0.3 * Math.log(0.3) - 0.7 * Math.log(0.7) },
      () => klExact(bernoulli({ probs: 0.3 }), geometric({ probs: 0.8 })),
    ],
    // E|x - 0.2| of U(-1, 2) is (1.2² + 1.8²) / 6.
    [
      'uniform|laplace',
      { d: (1.2 ** 2 + 1.8 ** 2) / 6, r: 1.5, H: Math.log(3) },
      () => klExact(uniform({ low: -1, high: 2 }), laplace({ loc: 0.2, scale: 1.5 })),
    ],
    [
      'uniform|uniform',
      { s: 1, r: 4 },
      () => klExact(uniform({ low: 1, high: 2 }), uniform({ low: -1, high: 3 })),
    ],
    // Entropy and variance of Laplace(0.7, 0.4): 1 + log(2 · 0.4), 2 · 0.4².
    ['laplace|normal', entropy(1 + Math.log(0.8), 0.32), () => klExact(laplace({ loc: 0.7, scale: 0.4 }), p)],
    // Those of U(0.2, 1.2), whose mean is 0.7: log 1, 1/12.
    ['uniform|normal', entropy(0, 1 / 12), () => klExact(uniform({ low: 0.2, high: 1.2 }), p)],
    ['gamma|gamma', shapes, () => klExact(ga(3, 2), ga(1.5, 0.75))],
    ['inverseGamma|inverseGamma', shapes, () => klExact(inverse(3, 2), inverse(1.5, 0.75))],
    ['gamma|exponential', { ...shapes, b: 1 }, () => klExact(ga(3, 2), exponential({ rate: 0.75 }))],
    ['exponential|gamma', { ...shapes, a: 1 }, () => klExact(exponential({ rate: 2 }), ga(1.5, 0.75))],
    // Moments of Gamma(3, 2): E log x, Var log x, E x, E 1/x; its entropy.
    ['gamma|inverseGamma', { ...moments, n: 1 }, () => klExact(ga(3, 2), inverse(1.5, 0.75))],
    [
      'gamma|logNormal',
      { ...moments, v: trigamma(3), μ, r },
      () => klExact(ga(3, 2), logNormal({ loc: -0.2, scale: 1.5 })),
    ],
    // Those of InverseGamma(3, 2).
    [
      'inverseGamma|gamma',
      { b: 1.5, s: 0.75, l: Math.log(2) - digamma(3), m: 1, H: 3 + Math.log(2) + lgamma(3) - 4 * digamma(3) },
      () => klExact(inverse(3, 2), ga(1.5, 0.75)),
    ],
    [
      'inverseGamma|exponential',
      { s: 0.75, m: 1, H: 3 + Math.log(2) + lgamma(3) - 4 * digamma(3) },
      () => klExact(inverse(3, 2), exponential({ rate: 0.75 })),
    ],
  ])('%s is the printed formula', (pair, numbers: Numbers, exact) => {
    expect(toArray(exact())).toBeCloseTo(evaluated(printed(pair), numbers), 5)
  })

  it('is the penalty of the notes against the standard normal', () => {
    expect(printed('normal|normal', true)).toBe('½ Σ (exp σ − (1 + σ) + m²)')
    const expected = evaluated(printed('normal|normal', true), { m, σ: Math.log(s * s) })
    expect(toArray(klExact(normal({ loc: 0.7, scale: 0.4 }), standardNormal()))).toBeCloseTo(expected, 5)
  })

  it('adds up over labels', () => {
    const q = categorical({ probs: value(simplex(2), [0.3, 0.7]) })
    const other = categorical({ probs: value(simplex(2), [0.8, 0.2]) })
    const label = (x: number, y: number) => evaluated(printed('categorical|categorical'), { a: x, b: y })
    expect(toArray(klExact(q, other))).toBeCloseTo(label(0.3, 0.8) + label(0.7, 0.2), 5)
  })

  it('follows products, and leaves out what it does not know', () => {
    expect(printed('iid(normal)|iid(normal)', true)).toBe('½ Σ (exp σ − (1 + σ) + m²)')
    expect(closedForm('iid(poisson)', 'iid(poisson)')?.where.at(-1)).toContain('added up')
    expect(printed('independent(normal,laplace)|independent(normal,laplace)')).toBe('Σ_l KL(q_l ‖ p_l)')
    expect(closedForm('poisson', 'geometric')).toBeUndefined()
  })
})
