/**
 * How each term of a bound is computed, in words: closed form and which, exactly by enumeration, or by Monte Carlo with
 * which gradient, and why there is no closed form where there is none. Read off the plan (plan.ts), which elbo executes.
 * Tested in tests/inference/derive.test.ts.
 */
import { partsOf } from '../../dsl/families.js'
import { closedForm } from './closedForms.js'
import { type Formula, formula, list, type Prose, variable } from './formula.js'
import { drawnFor, factorOf, planOf, type Structure } from './structure.js'

/** How a term is computed. */
export type TermMethod = 'closed form' | 'exact' | 'Monte Carlo'

/** The method of a term. */
export interface Method {
  readonly method: TermMethod
  /** The method in words. */
  readonly explanation: readonly Prose[]
}

/** How the term of a datum is computed. */
export const datumMethod = (s: Structure, name: string): Method => {
  const drawn = drawnFor(s, factorOf(s.p, name).parents)
  return { method: methodOver(s, drawn), explanation: [over(s, drawn)] }
}

/** How the term of a latent is computed. */
export const latentMethod = (s: Structure, name: string): Method => {
  const plan = planOf(s, name)
  const parents = [...factorOf(s.p, name).parents, ...factorOf(s.q, name).parents]
  if (plan.kl === 'closed form') {
    const drawn = drawnFor(s, parents)
    return {
      method: 'closed form',
      explanation: [
        closedProse(s, name),
        ...(drawn.length > 0 ? [['averaged over what it conditions on: ', ...over(s, drawn)]] : []),
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
