import { inspect } from 'node:util'
import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { condition } from '../../src/dsl/condition.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { exponential } from '../../src/dsl/distributions/exponential.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import type { GradientMethod } from '../../src/dsl/gradientMethods.js'
import { type Baseline, learned, movingAverage, relax, score } from '../../src/dsl/methods.js'
import { gaussian, mlp } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import { add } from '../../src/dsl/operations/arithmetic.js'
import { binary, real, simplex, value } from '../../src/dsl/space.js'
import { type Derivation, derive } from '../../src/inference/derive.js'
import { planBound } from '../../src/inference/plan.js'
import { graphs, modelsOf } from './graphs.js'

const [Z, X] = [real(20), binary(784)]

/** The model of the README: a variational autoencoder. */
const vae = () =>
  derive(
    pipe(
      Do,
      nets({ decode: mlp(Z, [4], real(784)) }),
      bind('z', () => standardNormal(20)),
      bind('x', ({ z, decode }) => bernoulli({ logits: decode(z) })),
    ),
    pipe(
      given({ x: X }),
      nets({ encode: gaussian(X, [4], Z) }),
      bind('z', ({ x, encode }) => normal(encode(x))),
    ),
  )

/** p: z2 → z1 → x, and q bottom-up: x → z1 → z2. */
const ladder = () =>
  derive(
    pipe(
      Do,
      nets({ top: gaussian(real(2), [3], real(3)), decode: gaussian(real(3), [3], real(2)) }),
      bind('z2', () => standardNormal(2)),
      bind('z1', ({ z2, top }) => normal(top(z2))),
      bind('x', ({ z1, decode }) => normal(decode(z1))),
    ),
    pipe(
      given({ x: real(2) }),
      nets({ e1: gaussian(real(2), [3], real(3)), e2: gaussian(real(3), [3], real(2)) }),
      bind('z1', ({ x, e1 }) => normal(e1(x))),
      bind('z2', ({ z1, e2 }) => normal(e2(z1))),
    ),
  )

const mixture = () =>
  derive(
    pipe(
      Do,
      nets({ means: mlp(real(), [3], real(2)) }),
      bind('c', () => categorical({ probs: value(simplex(3), [0.2, 0.3, 0.5]) })),
      bind('x', ({ c, means }) => normal({ loc: means(c), scale: 1 })),
    ),
    pipe(
      given({ x: real(2) }),
      nets({ classify: mlp(real(2), [3], real(3)) }),
      bind('c', ({ x, classify }) => categorical({ logits: classify(x) })),
    ),
  )

const meanField = () =>
  derive(
    pipe(
      Do,
      shared('w', () => standardNormal(2)),
      bind('x', ({ w }) => normal({ loc: w, scale: 1 })),
    ),
    pipe(
      given({ x: real(2) }),
      nets({ m: parameter(real(2)) }),
      shared('w', ({ m }) => normal({ loc: m(), scale: 0.1 })),
    ),
    { particles: 3 },
  )

const plates = () =>
  derive(
    pipe(
      given({ c: real() }),
      bind('h', () => bernoulli({ probs: 0.5 })),
      bind('z', ({ h }) => normal({ loc: h, scale: 1 }), { plates: { view: 3 } }),
      bind('x', ({ z, c }) => normal({ loc: add(z, c), scale: 1 }), { plates: { view: 3 } }),
    ),
    pipe(
      given({ x: real() }),
      bind('h', () => bernoulli({ probs: 0.3 })),
      bind('z', ({ x }) => normal({ loc: x, scale: 1 }), { plates: { view: 3 } }),
    ),
  )

const golden = `\
The bound L_b on log P(x), in nats per datum

  p   z     ~ N(0, I) on Real[20]
      x | z ~ Bernoulli on Binary[784]   nets: decode
  q   z | x ~ Normal on Real[20]         nets: encode

  P(z, x) = p(z) p(x | z)

  log P(x) = ∫ q(z | x) log P(x) dz                   q integrates to 1
           = ∫ q(z | x) log [P(z, x) / P(z | x)] dz   P(x) = P(z, x) / P(z | x)
           = ∫ q(z | x) log [P(z, x) q(z | x) / (q(z | x) P(z | x))] dz   multiply by q / q
           = ∫ q(z | x) log [P(z, x) / q(z | x)] dz + ∫ q(z | x) log [q(z | x) / P(z | x)] dz
               (split the logarithm)
           = L_b + KL(q(z | x) ‖ P(z | x))            name the two parts
           ≥ L_b                                      KL ≥ 0; equal where q is the posterior

  L_b = ∫ q(z | x) log [p(z) p(x | z) / q(z | x)] dz   by definition
      = E_q[log p(x | z)] − KL(q(z | x) ‖ p(z))        one term for each site

  E_q[log p(x | z)]
      Monte Carlo, 1 particle: pathwise gradient through z
  −KL(q(z | x) ‖ p(z))
      closed form: KL = ½ Σ (exp σ − (1 + σ) + m²), m = loc, σ = log scale² of q

  Capital P is what the model implies; p and q are the factors declared.
  E_q is the expectation under q.`

describe('derive', () => {
  it('prints the derivation of a variational autoencoder', () => {
    expect(vae().toText()).toBe(golden)
  })

  it('prints as text wherever it is printed', () => {
    const d = vae()
    expect(inspect(d)).toBe(golden)
    expect(`${d}`).toBe(golden)
    expect(inspect({ d })).toContain('KL(q(z | x) ‖ p(z))')
  })

  it('is data: steps with reasons, terms with methods', () => {
    const d = vae()
    expect(d.steps.map((s) => s.relation).join('')).toBe('=====≥==')
    expect(d.terms.map(({ site, kind, method }) => ({ site, kind, method }))).toEqual([
      { site: 'x', kind: 'datum', method: 'Monte Carlo' },
      { site: 'z', kind: 'latent', method: 'closed form' },
    ])
  })

  it('says the gradient method of each latent in words', () => {
    const p = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.5 })),
      bind('z', ({ c }) => normal({ loc: c, scale: 1 })),
      bind('x', ({ z, c }) => normal({ loc: add(z, c), scale: 1 })),
    )
    const q = pipe(
      given({ x: real() }),
      bind('c', () => bernoulli({ probs: 0.3 })),
      bind('z', ({ x }) => normal({ loc: x, scale: 1 })),
    )
    const b = mlp(real(), [2], real())
    const said = (sites: Readonly<Record<string, GradientMethod>>) =>
      derive(p, q, { sites } as never)
        .toText()
        .replace(/\s+/g, ' ')
    expect(said({ c: 'rebar' })).toContain('score function with a relaxed control variate (REBAR) for c')
    expect(said({ c: 'gumbelSoftmax' })).toContain('Gumbel-softmax relaxation (biased) of c')
    expect(said({ c: 'straightThrough' })).toContain(
      'straight-through gradient of a relaxation (biased) for c',
    )
    expect(said({ c: 'measureValued', z: 'measureValued' })).toContain('measure-valued derivative for c, z')
    expect(said({ c: relax(given({ c: real() }), { b }, ({ c, b }) => b(c)) })).toContain(
      'score function with a learned control variate (RELAX) for c',
    )
    const baseline = (baseline: Baseline) => said({ c: score({ baseline }) })
    expect(baseline('none')).toContain('score function without baseline for c')
    expect(baseline('leaveOneOut')).toContain(
      '2 particles: pathwise gradient through z; score function with leave-one-out baseline for c',
    )
    expect(baseline(movingAverage(0.9))).toContain(
      '1 particle: pathwise gradient through z; score function with moving average as baseline for c',
    )
    expect(baseline(learned(given({ x: real() }), { b }, ({ x, b }) => b(x)))).toContain(
      'score function with learned baseline for c',
    )
  })

  it('samples a divergence whose prior depends on what q draws later, and says why', () => {
    const text = ladder().toText()
    expect(text).toContain(
      'P(z2, z1, x)  = p(z2) p(z1 | z2) p(x | z1)\n  q(z2, z1 | x) = q(z1 | x) q(z2 | z1)\n',
    )
    expect(text).toContain(
      `  −E_q[KL(q(z2 | z1) ‖ p(z2))]
      closed form: KL = ½ Σ (exp σ − (1 + σ) + m²), m = loc, σ = log scale² of q
      averaged over what it conditions on: Monte Carlo, 1 particle: pathwise gradient through z1
  E_q[log p(z1 | z2) − log q(z1 | x)]
      Monte Carlo, 1 particle: pathwise gradient through z1, z2
      no closed form: p conditions z1 on z2, which q draws after it
`,
    )
  })

  it('sums over what is discrete', () => {
    const text = mixture().toText()
    expect(text).toContain('  log P(x) = Σ_c q(c | x) log P(x)                   q sums to 1\n')
    expect(text).not.toContain('∫')
    expect(text).toContain('  E_q[log p(x | c)]\n      exact: enumeration of c (3 values)\n')
    expect(text).toContain(
      'closed form: KL = Σ a log(a / b), over the labels, of probability a in q, b in p\n',
    )
  })

  it('scales what all data share by 1/N', () => {
    const text = meanField().toText()
    expect(text).toContain('The bound L_b on (1/N) log P(x_1:N), in nats per datum')
    expect(text).toContain('P(w, x_1:N) = p(w) Π_n [p(x_n | w)]\n')
    expect(text).toContain('= N L_b + KL(q(w) ‖ P(w | x_1:N))')
    expect(text).toContain('= (1/N) Σ_n E_q[log p(x_n | w)] − (1/N) KL(q(w) ‖ p(w))')
    expect(text).toContain('Monte Carlo, 3 particles: pathwise gradient through w')
    expect(text).toContain('Σ_n by N/B times its own sum')
  })

  it('conditions on the inputs of p that it uses, and multiplies over plates', () => {
    const p = pipe(
      given({ c: real(), unused: real() }),
      bind('h', () => bernoulli({ probs: 0.5 })),
      bind('z', ({ h }) => normal({ loc: h, scale: 1 }), { plates: { view: 3 } }),
      bind('x', ({ c }) => normal({ loc: c, scale: 1 })),
    )
    const q = pipe(
      given({ x: real() }),
      bind('h', () => bernoulli({ probs: 0.3 })),
      bind('z', ({ x }) => normal({ loc: x, scale: 1 }), { plates: { view: 3 } }),
    )
    const text = derive(p, q, { sites: { h: 'score' } }).toText()
    expect(text).toContain('log P(x | c) = Σ_h ∫ q(h, z | x) log P(x | c) dz')
    expect(text).toContain('P(h, z, x | c) = p(h) p(x | c) Π_view [p(z | h)]')
    expect(text).toContain('  log p(x | c)\n      exact: it depends on no latent\n')
    expect(text).toContain('−E_q[Σ_view KL(q(z | x) ‖ p(z | h))]')
    expect(text).toMatch(/Monte Carlo, 2 particles: score function with\s+leave-one-out\s+baseline for h/)
  })

  it('gives long lists a letter that is free', () => {
    const p = pipe(
      Do,
      bind('Z', () => standardNormal()),
      bind('velocity', () => standardNormal()),
      bind('x', ({ velocity }) => normal({ loc: velocity, scale: 1 })),
    )
    const q = pipe(
      given({ x: real() }),
      bind('Z', ({ x }) => normal({ loc: x, scale: 1 })),
      bind('velocity', ({ x }) => normal({ loc: x, scale: 1 })),
    )
    const text = derive(p, q).toText()
    expect(text).toContain('  H = (Z, velocity), the latents\n')
    expect(text).toContain('log P(x) = ∫ q(H | x) log P(x) dH')
  })

  it('makes do without latents, and without data', () => {
    const alone = pipe(
      Do,
      bind('x', () => standardNormal(2)),
    )
    expect(derive(alone, given({ x: real(2) })).toText()).toContain(
      'log P(x) = L_b   nothing is latent: the bound is the evidence',
    )
    const guide = pipe(
      Do,
      bind('x', () => normal({ loc: value(real(2), [1, 2]), scale: 1 })),
    )
    expect(derive(alone, guide).toText()).toContain('log 1 = L_b + KL(q(x) ‖ P(x))   nothing is observed')
  })

  it('counts what condition fixed as data', () => {
    const p = pipe(
      Do,
      bind('z', () => standardNormal()),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    const q = pipe(
      Do,
      bind('z', () => normal({ loc: 1, scale: 1 })),
    )
    const text = derive(condition(p, { x: 2 }), q).toText()
    expect(text).toContain('log P(x) = ∫ q(z) log P(x) dz')
    expect(text).toContain('Fixed by condition, and counted as data: x.')
  })
})

describe('remarks', () => {
  const p = pipe(
    Do,
    bind('z', () => normal({ loc: 0, scale: 1 })),
    bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
  )
  const inPositive = pipe(
    given({ x: real() }),
    bind('z', () => exponential({ rate: 1 })),
  )
  const inReal = pipe(
    given({ x: real() }),
    bind('z', ({ x }) => normal({ loc: x, scale: 1 })),
  )

  it('say that a bound cannot be tight where the support of q is smaller', () => {
    expect(derive(p, inPositive).toText()).toContain(
      'The bound cannot be tight: z has Real in p but Positive in q',
    )
    expect(derive(p, inReal).toText()).not.toContain('cannot be tight')
  })

  it('say what a weight does to the bound', () => {
    const heavy = derive(p, inReal, { beta: 4 }).toText()
    expect(heavy).toContain('L_β = E_q[log p(x | z)] − 4 KL(q(z | x) ‖ p(z))')
    expect(heavy).toContain('\n  −4 KL(q(z | x) ‖ p(z))\n')
    expect(heavy).toContain('it is still a lower bound')
    expect(derive(p, inReal, { beta: 0.5 }).toText()).toContain('With β < 1 it need not be a lower bound')
    expect(derive(p, inReal).toText()).not.toContain('β')
  })
})

describe('what elbo refuses', () => {
  it('derive refuses in the same words', () => {
    const p = pipe(
      Do,
      bind('z', () => standardNormal(2)),
    )
    const q = pipe(
      Do,
      bind('z', () => standardNormal(3)),
    )
    expect(() => derive(p, q as never)).toThrow("latent 'z': p has Real[2] but q proposes Real[3]")
    expect(() => derive(p, p, { particles: 0 })).toThrow('particles must be a whole number >= 1')
  })
})

const count = (s: string, pattern: RegExp): number => (s.match(pattern) ?? []).length

/** How deep the braces are after each of them. */
const braces = (latex: string): readonly number[] => {
  const depths = [0]
  for (const brace of latex.replace(/\\[{}]/g, '').match(/[{}]/g) ?? [])
    depths.push((depths.at(-1) as number) + (brace === '{' ? 1 : -1))
  return depths
}

/** LaTeX whose braces, environments and delimiters close, without a sign that pdflatex does not know. */
const expectLatex = (latex: string): void => {
  expect(Math.min(...braces(latex))).toBe(0)
  expect(braces(latex).at(-1)).toBe(0)
  expect(count(latex, /\\left[[(]/g)).toBe(count(latex, /\\right[\])]/g))
  const open: string[] = []
  for (const [, verb, name = ''] of latex.matchAll(/\\(begin|end)\{([a-z*]+)\}/g))
    if (verb === 'begin') open.push(name)
    else expect(open.pop()).toBe(name)
  expect(open).toEqual([])
  expect([...latex].filter((c) => c > '~')).toEqual([])
}

/** Markdown whose mathematics closes and holds no sign that Markdown would take for its own. */
const expectMarkdown = (markdown: string): void => {
  expect(count(markdown, /^\$\$$/gm) % 2).toBe(0)
  const blocks = [...markdown.matchAll(/\$\$\n([^$]*)\n\$\$/g)].map((m) => m[1] as string)
  const inline = [...markdown.replace(/\$\$[^$]*\$\$/g, '').matchAll(/\$([^$\n]+)\$/g)].map(
    (m) => m[1] as string,
  )
  for (const math of [...blocks, ...inline]) {
    expectLatex(math)
    expect(math).not.toMatch(/\\[^A-Za-z]/)
    expect(math).not.toContain('|')
  }
  for (const row of markdown.split('\n').filter((line) => line.startsWith('|')))
    expect([3, 6]).toContain(count(row, /\|/g))
}

const expectWellPrinted = (d: Derivation): void => {
  for (const line of d.toText().split('\n')) {
    expect([...line].length).toBeLessThan(100)
    expect(line).toBe(line.trimEnd())
  }
  expectLatex(d.toLatex())
  expectMarkdown(d.toMarkdown())
}

describe('layouts', () => {
  it.each([
    ['vae', vae],
    ['ladder', ladder],
    ['mixture', mixture],
    ['meanField', meanField],
    ['plates', plates],
  ])('%s is well printed as text, Markdown and LaTeX', (_, d) => {
    expectWellPrinted(d())
  })

  it('Markdown says the same in tables and display blocks', () => {
    const markdown = vae().toMarkdown()
    expect(markdown).toContain('## The bound $L_b$ on $\\log P(x)$, in nats per datum')
    expect(markdown).toContain('| $q$ | $z \\mid x$ | $\\text{Normal}$ | `Real[20]` | nets: encode |')
    expect(markdown).toContain(
      '\\log P(x) &= \\int q(z \\mid x) \\log P(x)\\thinspace dz && q\\text{ integrates to 1} \\cr',
    )
    expect(markdown).toContain('| $-\\mathrm{KL}\\left(q(z \\mid x) \\parallel p(z)\\right)$ | closed form:')
  })

  it('LaTeX is a document', () => {
    const latex = vae().toLatex()
    expect(latex).toMatch(/^\\documentclass\{article\}\n[\s\S]*\\end\{document\}\n$/)
    expect(latex).toContain('\\begin{align*}\n\\log P(x) &= \\int q(z \\mid x) \\log P(x)\\thinspace dz')
    expect(latex).toContain(
      '\\mathrm{KL} = \\frac{1}{2} \\sum \\left(\\exp\\sigma - (1 + \\sigma) + m^2\\right)',
    )
  })

  it('keeps Greek letters to what is printed', () => {
    const keys = (x: unknown): readonly string[] =>
      typeof x === 'object' && x !== null ? Object.entries(x).flatMap(([k, v]) => [k, ...keys(v)]) : []
    expect(keys([ladder(), meanField()]).every((key) => /^\w+$/.test(key))).toBe(true)
  })
})

describe('random graphs', () => {
  it('have one term per site, computed as the plan says, and are well printed', () => {
    fc.assert(
      fc.property(graphs, fc.constantFrom(1, 3), (g, beta) => {
        const { p, q } = modelsOf(g)
        const d = derive(p as never, q as never, { beta })
        const plan = planBound(p, q, { beta })
        expect(d.terms.map((t) => t.site)).toEqual([
          'x',
          ...g.p.map((n) => n.name).filter((name) => name !== 'x'),
        ])
        for (const l of plan.latents) {
          const term = d.terms.find((t) => t.site === l.name)
          expect(term?.method).toBe(l.kl === 'closed form' ? 'closed form' : 'Monte Carlo')
          expect(term?.formula.text.includes('KL(')).toBe(l.kl === 'closed form')
        }
        expectWellPrinted(d)
      }),
      { numRuns: 25 },
    )
  })
})
