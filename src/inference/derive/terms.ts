/**
 * The terms of a bound, one per site, and how each is computed.
 *
 *   a datum      E_q[log p(x | z)]
 *   a latent     −KL(q(z | x) ‖ p(z)) in closed form, or E_q[log p(z) − log q(z | x)] where there is none
 *
 * Each is Σ over its plates; with a shared site, terms per datum are means over the N data and those of shared sites
 * count 1/N. Tested against planBound in tests/inference/derive.test.ts.
 */

import type { Weight } from '../weight.js'
import {
  divergence,
  expectation,
  type Formula,
  formula,
  log,
  type Summand,
  sumOver,
  times,
} from './formula.js'
import { datumMethod, latentMethod, type Method } from './methods.js'
import { drawnFor, type Factor, factorOf, hasShared, planOf, type Structure } from './structure.js'
import { factorFormula } from './symbols.js'

/** A term of the bound. */
export interface DerivedTerm extends Method {
  readonly site: string
  readonly kind: 'datum' | 'latent'
  /** The term, its sign included. */
  readonly formula: Formula
}

/** A term before its sign and weight are written. */
interface Part {
  readonly site: string
  readonly kind: DerivedTerm['kind']
  readonly sign: Summand['sign']
  readonly body: Formula
  readonly shared: boolean
  /** What free bits make of it. */
  readonly free?: ((a: Formula) => Formula) | undefined
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
  const { kl, free, perEntry } = planOf(s, p.name)
  const closed = kl === 'closed form'
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
    free: free > 0 ? atLeast(free, !closed, perEntry) : undefined,
  }
}

/** The summands of the bound; `weighted` writes beta before the divergences, and their free bits. */
export const summandsOf = (s: Structure, weighted: boolean): readonly Summand[] =>
  partsOfBound(s).map((part) => summandOf(s, part, weighted))

const summandOf = (s: Structure, part: Part, weighted: boolean): Summand => {
  const beta = weighted && part.kind === 'latent' && s.plan.beta !== 1 ? weightOf(s.plan.beta) : undefined
  const coefficient = hasShared(s) ? perDatum(beta ?? formula('1')) : beta
  const data = hasShared(s) && !part.shared ? sumOver('n', part.body) : part.body
  return weighted && part.free !== undefined
    ? { sign: '−', body: times(beta, part.free(hasShared(s) ? times(perDatum(formula('1')), data) : data)) }
    : { sign: part.sign, body: times(coefficient, data) }
}

const perDatum = (c: Formula): Formula => formula(`(${c.text}/N)`, `\\frac{${c.latex}}{N}`)

/** A weight as it is written: its number, or β_t for a schedule. */
export const weightOf = (beta: Weight): Formula =>
  typeof beta === 'number' ? formula(`${beta}`) : formula('β_t', '\\beta_t')

/** max(λ, a), and max(λ, −a) for a term that is no divergence but its negative; Σ_e max(λ, a_e) by entries. */
const atLeast =
  (nats: number, negated: boolean, perEntry: boolean) =>
  (a: Formula): Formula => {
    const whole = formula(
      `max(${nats}, ${negated ? '−' : ''}${a.text}${perEntry ? '_e' : ''})`,
      `\\max\\left(${nats}, ${negated ? '-' : ''}${a.latex}${perEntry ? '_e' : ''}\\right)`,
    )
    return perEntry ? formula(`Σ_e ${whole.text}`, `\\sum_e ${whole.latex}`) : whole
  }

/** Whether the bound is maximized as it is, without weights and free bits. */
export const isPlain = (s: Structure): boolean =>
  s.plan.beta === 1 && s.plan.latents.every((l) => l.free === 0)

/** The terms of the bound with their methods. */
export const termsOf = (s: Structure): readonly DerivedTerm[] =>
  partsOfBound(s).map((part) => {
    const { sign, body } = summandOf(s, part, !isPlain(s))
    const minus = sign === '−'
    return {
      site: part.site,
      kind: part.kind,
      formula: minus ? formula(`−${body.text}`, `-${body.latex}`) : body,
      ...(part.kind === 'datum' ? datumMethod(s, part.site) : latentMethod(s, part.site)),
    }
  })
