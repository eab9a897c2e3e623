/**
 * The terms of a bound, one per site, and how each is computed.
 *
 *   a datum      E_q[log p(x | z)]
 *   a latent     −KL(q(z | x) ‖ p(z)) in closed form, or E_q[log p(z) − log q(z | x)] where there is none
 *
 * Each is Σ over its plates; with a shared site, terms per datum are means over the N data and those of shared sites
 * count 1/N. Tested against planBound in tests/inference/derive.test.ts.
 */
import { partsOf } from '../../dsl/families.js'
import { closedForm } from './closedForms.js'
import {
  divergence,
  expectation,
  type Formula,
  formula,
  list,
  log,
  type Prose,
  type Summand,
  sumOver,
  times,
  variable,
} from './formula.js'
import { drawnFor, type Factor, factorOf, hasShared, planOf, type Structure } from './structure.js'
import { factorFormula } from './symbols.js'

/** How a term is computed. */
export type TermMethod = 'closed form' | 'exact' | 'Monte Carlo'

/** A term of the bound. */
export interface DerivedTerm {
  readonly site: string
  readonly kind: 'datum' | 'latent'
  /** The term, its sign included. */
  readonly formula: Formula
  readonly method: TermMethod
  /** The method in words. */
  readonly explanation: readonly Prose[]
}

/** A term before its sign and weight are written. */
interface Part {
  readonly site: string
  readonly kind: DerivedTerm['kind']
  readonly sign: Summand['sign']
  readonly body: Formula
  readonly shared: boolean
}

const partsOfBound = (s: Structure): readonly Part[] => [
  ...s.data.map((name) => datumPart(s, factorOf(s.p, name))),
  ...s.latents.map((name) => latentPart(s, factorOf(s.p, name), factorOf(s.q, name))),
]

const averaged = (drawn: readonly string[], a: Formula): Formula => (drawn.length === 0 ? a : expectation(a))

const overPlates = (f: Factor, a: Formula): Formula =>
  f.site.plates.reduceRight((body, plate) => sumOver(plate.name, body), a)

const datumPart = (s: Structure, p: Factor): Part => ({
  site: p.name,
  kind: 'datum',
  sign: '+',
  body: averaged(drawnFor(s, p.parents), overPlates(p, log(factorFormula(s, p)))),
  shared: s.shared.has(p.name),
})

const latentPart = (s: Structure, p: Factor, q: Factor): Part => {
  const closed = planOf(s, p.name).kl === 'closed form'
  const [lp, lq] = [factorFormula(s, p), factorFormula(s, q)]
  const apart = formula(`${log(lp).text} − ${log(lq).text}`, `${log(lp).latex} - ${log(lq).latex}`)
  const inPlates =
    p.site.plates.length > 0 && !closed ? formula(`(${apart.text})`, `\\left(${apart.latex}\\right)`) : apart
  return {
    site: p.name,
    kind: 'latent',
    sign: closed ? '−' : '+',
    body: closed
      ? averaged(drawnFor(s, [...p.parents, ...q.parents]), overPlates(p, divergence(lq, lp)))
      : expectation(overPlates(p, inPlates)),
    shared: s.shared.has(p.name),
  }
}

/** The summands of the bound; `weighted` writes beta before the divergences. */
export const summandsOf = (s: Structure, weighted: boolean): readonly Summand[] =>
  partsOfBound(s).map((part) => summandOf(s, part, weighted))

const summandOf = (s: Structure, part: Part, weighted: boolean): Summand => {
  const beta = weighted && part.kind === 'latent' ? `${s.plan.beta}` : undefined
  const coefficient = hasShared(s) ? perDatum(beta ?? '1') : beta === undefined ? undefined : formula(beta)
  const data = hasShared(s) && !part.shared ? sumOver('n', part.body) : part.body
  return { sign: part.sign, body: times(coefficient, data) }
}

const perDatum = (c: string): Formula => formula(`(${c}/N)`, `\\frac{${c}}{N}`)

/** The terms of the bound with their methods. */
export const termsOf = (s: Structure): readonly DerivedTerm[] =>
  partsOfBound(s).map((part) => {
    const { sign, body } = summandOf(s, part, s.plan.beta !== 1)
    const minus = sign === '−'
    return {
      site: part.site,
      kind: part.kind,
      formula: minus ? formula(`−${body.text}`, `-${body.latex}`) : body,
      ...(part.kind === 'datum' ? datumMethod(s, part.site) : latentMethod(s, part.site)),
    }
  })

type Method = Pick<DerivedTerm, 'method' | 'explanation'>

const datumMethod = (s: Structure, name: string): Method => {
  const drawn = drawnFor(s, factorOf(s.p, name).parents)
  return { method: methodOver(s, drawn), explanation: [over(s, drawn)] }
}

const latentMethod = (s: Structure, name: string): Method => {
  const plan = planOf(s, name)
  const parents = [...factorOf(s.p, name).parents, ...factorOf(s.q, name).parents]
  if (plan.kl === 'closed form') {
    const drawn = drawnFor(s, parents)
    return {
      method: 'closed form',
      explanation: [
        closedProse(s, name),
        ...(drawn.length > 0 ? [['averaged over its condition: ', ...over(s, drawn)]] : []),
      ],
    }
  }
  const drawn = drawnFor(s, [name, ...parents])
  return { method: methodOver(s, drawn), explanation: [over(s, drawn), whySampled(s, name, plan.kl.sampled)] }
}

const closedProse = (s: Structure, name: string): Prose => {
  const plan = planOf(s, name)
  const known = closedForm(plan.q.family, plan.p.family, factorOf(s.p, name).standard)
  return known === undefined
    ? ['closed form']
    : [
        'closed form: ',
        formula(`KL = ${known.formula.text}`, `\\mathrm{KL} = ${known.formula.latex}`),
        ', ',
        ...known.where,
      ]
}

const whySampled = (s: Structure, name: string, why: string): Prose => {
  const plan = planOf(s, name)
  const q = factorOf(s.q, name)
  if (why === 'not in the table')
    return [
      `no closed form for KL(${familyName(plan.q.family)} ‖ ${familyName(plan.p.family)}) is in the table`,
    ]
  if (why === 'asked for') return ['sampled, as asked for: a closed form may exist']
  const later = laterInQ(s, name)
  const blocking = factorOf(s.p, name).parents.filter((parent) => later.has(parent))
  return [
    'no closed form: p conditions ',
    variable(q.name),
    ' on ',
    list(blocking.map((b) => variable(b))),
    ', which q draws after it',
  ]
}

/** What q draws after `name`, from it. */
const laterInQ = (s: Structure, name: string): ReadonlySet<string> => {
  const found = new Set([name])
  for (const f of s.q) if (f.parents.some((parent) => found.has(parent))) found.add(f.name)
  found.delete(name)
  return found
}

const methodOver = (s: Structure, drawn: readonly string[]): TermMethod =>
  drawn.every((name) => planOf(s, name).gradient === 'enumerate') ? 'exact' : 'Monte Carlo'

const byMethod = (s: Structure, drawn: readonly string[], method: string): readonly Formula[] =>
  drawn.filter((name) => planOf(s, name).gradient === method).map((name) => variable(name))

/** How an expectation over these latents is computed, in words. */
const over = (s: Structure, drawn: readonly string[]): Prose => {
  const [enumerated, pathwise, score] = ['enumerate', 'pathwise', 'score'].map((m) =>
    byMethod(s, drawn, m),
  ) as [readonly Formula[], readonly Formula[], readonly Formula[]]
  if (drawn.length === 0) return ['exact: it depends on no latent']
  const points = drawn
    .filter((name) => planOf(s, name).gradient === 'enumerate')
    .map((name) => planOf(s, name).q.supportSize)
  const sums: Prose =
    enumerated.length === 0
      ? []
      : [
          'exact: enumeration of ',
          list(enumerated),
          ` (${points.join(' × ')} ${points.join() === '1' ? 'value' : 'values'})`,
        ]
  if (pathwise.length + score.length === 0) return sums
  const k = s.plan.particles
  const gradients: Prose[] = []
  if (pathwise.length > 0) gradients.push(['pathwise gradient through ', list(pathwise)])
  if (score.length > 0)
    gradients.push([
      `score function${k > 1 ? ' with leave-one-out baseline' : ' without baseline'} for `,
      list(score),
    ])
  return [
    `Monte Carlo, ${k} ${k === 1 ? 'particle' : 'particles'}: `,
    ...gradients.flatMap((g, i) => (i === 0 ? g : ['; ', ...g])),
    ...(sums.length > 0 ? ['; ', ...sums] : []),
  ]
}

/** The name of a family as it is printed: Normal, LogNormal, iid Normal, Normal × Laplace. */
export const familyName = (family: string): string => {
  const iid = partsOf('iid', family)
  if (iid !== undefined) return `iid ${familyName(iid.join())}`
  const independent = partsOf('independent', family)
  if (independent !== undefined) return several(independent, ' × ')
  const mixture = partsOf('mixture', family)
  if (mixture !== undefined) return `mixture of ${several(mixture, ', ')}`
  return `${family.charAt(0).toUpperCase()}${family.slice(1)}`
}

const several = (families: readonly string[], between: string): string =>
  new Set(families).size === 1 && families.length > 1
    ? `${families.length} ${familyName(families[0] as string)}`
    : families.map(familyName).join(between)
