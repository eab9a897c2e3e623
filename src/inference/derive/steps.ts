/**
 * The steps from log P(x) to the bound, for one model.
 *
 *   log P(x) = ∫ q(z | x) log P(x) dz
 *            = ∫ q(z | x) log [P(z, x) / P(z | x)] dz
 *            = ∫ q(z | x) log [P(z, x) q(z | x) / (q(z | x) P(z | x))] dz
 *            = ∫ q(z | x) log [P(z, x) / q(z | x)] dz + ∫ q(z | x) log [q(z | x) / P(z | x)] dz
 *            = L_b + KL(q(z | x) ‖ P(z | x))  >=  L_b
 *
 * With shared latents the left side is the evidence of all N data, and N L_b stands for L_b.
 * P is what the model implies, p and q are what is declared. Tested in tests/inference/derive.test.ts.
 */
import {
  conditional,
  denominator,
  divergence,
  type Formula,
  formula,
  integral,
  joined,
  log,
  type Prose,
  product,
  productOver,
  ratio,
  type Summand,
  times,
} from './formula.js'
import { type Factor, hasShared, type Structure } from './structure.js'
import { factorFormula, type Symbols } from './symbols.js'
import { isPlain, summandsOf, weightOf } from './terms.js'

/** One step of the derivation: `left` stands for what came before. */
export interface Step {
  readonly left: Formula
  readonly relation: '=' | '≥'
  readonly summands: readonly Summand[]
  /** Why the step holds. */
  readonly reason: Prose
}

const sum = (...bodies: readonly Formula[]): readonly Summand[] => bodies.map((body) => ({ sign: '+', body }))

/** The formulas that every step is made of. */
interface Pieces {
  readonly evidence: Formula
  readonly joint: Formula
  readonly q: Formula
  readonly posterior: Formula
  readonly bound: Formula
  readonly over: (body: Formula) => Formula
}

const piecesOf = (s: Structure, v: Symbols): Pieces => ({
  evidence: conditional('P', v.data, v.inputs),
  joint: conditional('P', [...v.latents, ...v.data], v.inputs),
  q: conditional('q', v.latents, v.qInputs),
  posterior: conditional('P', v.latents, [...v.data, ...v.inputs]),
  bound: times(hasShared(s) ? formula('N') : undefined, boundName),
  over: (body) => integral(v.discrete, v.continuous, body),
})

const boundName = formula('L_b')

/** log P(x) = … = L_b + KL >= L_b. */
export const evidenceSteps = (s: Structure, v: Symbols): readonly Step[] => {
  const x = piecesOf(s, v)
  const left = s.data.length === 0 ? formula('log 1', '\\log 1') : log(x.evidence)
  if (s.latents.length === 0)
    return chain(left, [['=', [x.bound], ['nothing is latent: the bound is the evidence']]])
  const name: Line = [
    '=',
    [x.bound, divergence(x.q, x.posterior)],
    [s.data.length === 0 ? 'nothing is observed' : 'name the two parts'],
  ]
  const end: Line = ['≥', [x.bound], [noNegative, '; equal where ', formula('q'), ' is the posterior']]
  return chain(left, [...(s.data.length === 0 ? [] : expansion(x, v)), name, end])
}

const noNegative = formula('KL ≥ 0', '\\mathrm{KL} \\ge 0')

type Line = readonly [Step['relation'], readonly Formula[], Prose]

const chain = (left: Formula, lines: readonly Line[]): readonly Step[] =>
  lines.map(([relation, bodies, reason]) => ({ left, relation, summands: sum(...bodies), reason }))

/** The steps up to the two parts. */
const expansion = (x: Pieces, v: Symbols): readonly Line[] => [
  [
    '=',
    [weighed(x, log(x.evidence))],
    [formula('q'), v.continuous.length === 0 ? ' sums to 1' : ' integrates to 1'],
  ],
  ['=', [weighed(x, log(ratio(x.joint, x.posterior)))], [equal(x.evidence, quotient(x.joint, x.posterior))]],
  [
    '=',
    [weighed(x, log(ratio(product([x.joint, x.q]), denominator([x.q, x.posterior]))))],
    ['multiply by ', formula('q / q')],
  ],
  [
    '=',
    [
      under(weighed(x, log(ratio(x.joint, x.q))), x.bound),
      under(weighed(x, log(ratio(x.q, x.posterior))), noNegative),
    ],
    ['split the logarithm'],
  ],
]

const weighed = (x: Pieces, body: Formula): Formula => x.over(joined([x.q, body], formula(' ')))
const quotient = (a: Formula, b: Formula): Formula =>
  formula(`${a.text} / ${b.text}`, `${a.latex} / ${b.latex}`)
const equal = (a: Formula, b: Formula): Formula => formula(`${a.text} = ${b.text}`, `${a.latex} = ${b.latex}`)

/** A name under a part, where the notation has a way to write it. */
const under = (a: Formula, name: Formula): Formula =>
  formula(a.text, `\\underbrace{${a.latex}}_{${name.latex}}`)

/** The longest quotient, in characters, that is written out in factors. */
const longestQuotient = 80

/** L_b = ∫ q log (p / q) = the terms. */
export const boundSteps = (s: Structure, v: Symbols): readonly Step[] => {
  const x = piecesOf(s, v)
  const mean = hasShared(s) ? formula('(1/N)', '\\frac{1}{N}') : undefined
  const factors = ratio(factorization(s, s.p), denominator(factorsIn(s, s.q)))
  const integrand = log(factors.text.length <= longestQuotient ? factors : ratio(x.joint, x.q))
  const whole = times(mean, weighed(x, integrand))
  return [
    ...(s.latents.length === 0
      ? []
      : [
          {
            left: boundName,
            relation: '=',
            summands: sum(whole),
            reason: ['by definition'],
          } as const,
        ]),
    { left: boundName, relation: '=', summands: summandsOf(s, false), reason: ['one term for each site'] },
    ...(isPlain(s) ? [] : [weightedStep(s)]),
  ]
}

const weightedStep = (s: Structure): Step => ({
  left: formula('L_β', 'L_\\beta'),
  relation: '=',
  summands: summandsOf(s, true),
  reason: weightedReason(s),
})

const weightedReason = (s: Structure): Prose => {
  const { beta, latents } = s.plan
  const weighed: Prose =
    typeof beta === 'number'
      ? ['the latents weighted by ', formula(`β = ${beta}`, `\\beta = ${beta}`)]
      : ['the latents weighted by ', weightOf(beta), ', a schedule of the step ', formula('t')]
  const free = latents.some((l) => l.free > 0)
  if (!free) return weighed
  return beta === 1 ? ['with free bits'] : [...weighed, ', with free bits']
}

/** The product of the factors of one side: p(z) p(x | z), with Π over data and plates. */
const factorization = (s: Structure, factors: readonly Factor[]): Formula => product(factorsIn(s, factors))

/** Shared factors first, then those of datum n under their product. */
const factorsIn = (s: Structure, factors: readonly Factor[]): readonly Formula[] => {
  const shared = inPlates(
    s,
    factors.filter((f) => s.shared.has(f.name)),
  )
  const local = inPlates(
    s,
    factors.filter((f) => !s.shared.has(f.name)),
  )
  return !hasShared(s) || local.length === 0 ? [...shared, ...local] : [...shared, productOver('n', local)]
}

/** Factors of the same plates under one product, those without plates first. */
const inPlates = (s: Structure, factors: readonly Factor[]): readonly Formula[] => {
  const plates = (f: Factor): string => f.site.plates.map((plate) => plate.name).join()
  const keys = [...new Set(['', ...factors.map(plates)])]
  return keys.flatMap((key) => {
    const members = factors.filter((f) => plates(f) === key)
    const bodies = members.map((f) => factorFormula(s, f))
    return (members[0]?.site.plates ?? []).reduceRight<readonly Formula[]>(
      (body, plate) => [productOver(plate.name, body)],
      bodies,
    )
  })
}

/** P(z, x) = …  and  q(z | x) = …, where they say more than one factor. */
export const factorizations = (s: Structure, v: Symbols): readonly Step[] => {
  const x = piecesOf(s, v)
  const line = (left: Formula, right: Formula): readonly Step[] =>
    left.text === right.text ? [] : [{ left, relation: '=', summands: sum(right), reason: [] }]
  return [
    ...(s.p.length === 0 ? [] : line(x.joint, factorization(s, s.p))),
    ...(s.q.length === 0 ? [] : line(x.q, factorization(s, s.q))),
  ]
}
