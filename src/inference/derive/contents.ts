/**
 * The contents of a derivation, before any layout: the models as declared, the steps, the terms, the remarks.
 * Laid out by text.ts, markdown.ts and latex.ts. Tested in tests/inference/derive.test.ts.
 */
import type { AnyModel } from '../../dsl/model.js'
import { showSpaceOf } from '../../dsl/value.js'
import type { Plan } from '../plan.js'
import { conditional, type Formula, formula, list, type Prose, times, variable } from './formula.js'
import { familyName } from './methods.js'
import { remarksOf } from './remarks.js'
import { boundSteps, evidenceSteps, factorizations, type Step } from './steps.js'
import { type Factor, type Structure, structureOf } from './structure.js'
import { symbolsOf } from './symbols.js'
import { type DerivedTerm, termsOf } from './terms.js'

/** One site, as it is declared: z | x ~ Normal on Real[2], nets: encode. */
export interface SiteLine {
  readonly side: 'p' | 'q'
  readonly variable: Formula
  readonly law: Formula
  readonly space: string
  readonly notes: readonly string[]
}

/** Everything a derivation says. */
export interface Contents {
  readonly title: Prose
  readonly sites: readonly SiteLine[]
  readonly definitions: readonly Prose[]
  readonly factorizations: readonly Step[]
  readonly evidence: readonly Step[]
  readonly bound: readonly Step[]
  readonly terms: readonly DerivedTerm[]
  readonly remarks: readonly Prose[]
}

/** The contents of the derivation of a bound. */
export const contentsOf = (p: AnyModel, q: AnyModel, plan: Plan): Contents => {
  const s = structureOf(p, q, plan)
  const v = symbolsOf(s)
  return {
    title: ['The bound ', formula('L_b'), ' on ', titleOf(s, v.data, v.inputs), ', in nats per datum'],
    sites: [...s.p, ...s.q].map((f) => siteLine(f)),
    definitions: v.abbreviations,
    factorizations: factorizations(s, v),
    evidence: evidenceSteps(s, v),
    bound: boundSteps(s, v),
    terms: termsOf(s),
    remarks: remarksOf(s),
  }
}

const titleOf = (s: Structure, data: readonly Formula[], inputs: readonly Formula[]): Formula => {
  if (s.data.length === 0) return formula('log 1 = 0', '\\log 1 = 0')
  const evidence = conditional('P', data, inputs)
  const logarithm = formula(`log ${evidence.text}`, `\\log ${evidence.latex}`)
  return times(s.shared.size > 0 ? formula('(1/N)', '\\frac{1}{N}') : undefined, logarithm)
}

const siteLine = (f: Factor): SiteLine => {
  const [left, right] = [variable(f.name), list(f.parents.map((parent) => variable(parent)))]
  const notes = [
    ...(f.site.scope === 'shared' ? ['one for all data'] : []),
    ...f.site.plates.map((plate) => `plate ${plate.name}: ${plate.size}`),
    ...(f.site.nets.size > 0 ? [`nets: ${[...f.site.nets].join(', ')}`] : []),
  ]
  return {
    side: f.side,
    variable:
      f.parents.length === 0
        ? left
        : formula(`${left.text} | ${right.text}`, `${left.latex} \\mid ${right.latex}`),
    law: f.standard
      ? formula('N(0, I)', '\\mathcal{N}(0, I)')
      : formula(familyName(f.site.family), `\\text{${familyName(f.site.family)}}`),
    space: showSpaceOf(f.site.space),
    notes,
  }
}
