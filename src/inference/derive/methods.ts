/**
 * How each term of a bound is computed, in words: closed form and which, exactly by enumeration, or by Monte Carlo with
 * which gradient, and why there is no closed form where there is none. Read off the plan (plan.ts), which elbo executes.
 * Tested in tests/inference/derive.test.ts.
 */
import { partsOf, unlike } from '../../dsl/families.js'
import { type GradientMethod, type MethodName, methodsOf } from '../../dsl/gradientMethods.js'
import type { ScoreMethod } from '../../dsl/methods.js'
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
  if (why === 'for one constant only')
    return [
      `no closed form for KL(${familyName(plan.q.family)} ‖ ${familyName(plan.p.family)}) with ${unlike(
        plan.q,
        plan.p,
      )
        .map((name) => `${name} ${plan.q.constants[name]} and ${plan.p.constants[name]}`)
        .join(', ')}`,
    ]
  if (why === 'asked for') return ['sampled, as asked for: a closed form may exist']
  if (why === 'sticking the landing')
    return [
      'sampled, with log ',
      formula('q'),
      ' at constant parameters: its score has mean 0, and no variance is left where ',
      formula('q'),
      ' is the posterior',
    ]
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

/** The methods that are drawn, in words; what follows is the latents that they are of. */
const drawing: Readonly<Record<Exclude<MethodName, 'enumerate' | 'score'>, string>> = {
  pathwise: 'pathwise gradient through ',
  stickingTheLanding: 'pathwise gradient without the score of q through ',
  gumbelSoftmax: 'Gumbel-softmax relaxation (biased) of ',
  straightThrough: 'straight-through gradient of a relaxation (biased) for ',
  rebar: 'score function with a relaxed control variate (REBAR) for ',
  relax: 'score function with a learned control variate (RELAX) for ',
  measureValued: 'measure-valued derivative for ',
}

/** The score function of a latent, with its baseline. */
const scoreProse = (asked: GradientMethod, particles: number): string => {
  const baseline = typeof asked === 'string' ? undefined : (asked as Partial<ScoreMethod>).baseline
  if (typeof baseline === 'object')
    return `score function with ${baseline.kind === 'learned' ? 'learned baseline' : 'moving average as baseline'} for `
  return baseline === 'none' || particles === 1
    ? 'score function without baseline for '
    : 'score function with leave-one-out baseline for '
}

const proseOf = (s: Structure, name: string): string => {
  const { gradient, asked } = planOf(s, name)
  return gradient === 'score'
    ? scoreProse(asked, s.plan.particles)
    : drawing[gradient as keyof typeof drawing]
}

/** The latents that are drawn, by the words for their method, in the order of the methods' names. */
const drawnProse = (s: Structure, drawn: readonly string[]): readonly Prose[] => {
  const order = methodsOf.elbo
  const sorted = drawn
    .filter((name) => planOf(s, name).gradient !== 'enumerate')
    .map((name) => ({ name, words: proseOf(s, name), at: order.indexOf(planOf(s, name).gradient) }))
    .sort((a, b) => a.at - b.at)
  return [...new Set(sorted.map((d) => d.words))].map((words) => [
    words,
    list(sorted.filter((d) => d.words === words).map((d) => variable(d.name))),
  ])
}

/** How an expectation over these latents is computed, in words. */
const over = (s: Structure, drawn: readonly string[]): Prose => {
  if (drawn.length === 0) return ['exact: it depends on no latent']
  const summed = drawn.filter((name) => planOf(s, name).gradient === 'enumerate')
  const enumerated: readonly Formula[] = summed.map((name) => variable(name))
  const points = summed.map((name) => planOf(s, name).q.supportSize)
  const sums: Prose =
    enumerated.length === 0
      ? []
      : [
          'exact: enumeration of ',
          list(enumerated),
          ` (${points.join(' × ')} ${points.join() === '1' ? 'value' : 'values'})`,
        ]
  const gradients = drawnProse(s, drawn)
  if (gradients.length === 0) return sums
  const k = s.plan.particles
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
