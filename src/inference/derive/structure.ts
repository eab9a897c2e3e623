/**
 * What a derivation needs to know of p and q, read off the model graphs: factors in order, with what each conditions on;
 * which sites are latent, which are data; what is summed and what is integrated; whether anything is shared.
 *
 *   P(z, x) = Π_s p(s | pa_p(s))        q(z | x) = Π_l q(l | pa_q(l))
 *
 * Whether a prior is N(0, I) is not part of a site, so the distributions of p are asked, on example values.
 * Tested in tests/inference/derive/structure.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { AnyDistribution } from '../../dsl/distribution.js'
import { type AnyModel, datumAxis, type Observed, type Site } from '../../dsl/model.js'
import { exampleOf } from '../../dsl/net.js'
import { run } from '../../dsl/run.js'
import { type AnyValue, expandAxes } from '../../dsl/value.js'
import type { LatentPlan, Plan } from '../plan.js'

/** One factor of p or q: a site, and what it conditions on, latents first. */
export interface Factor {
  readonly name: string
  readonly side: 'p' | 'q'
  readonly site: Site | Observed
  readonly parents: readonly string[]
  /** Whether the site is declared as N(0, I). */
  readonly standard: boolean
}

/** The graph of a bound. */
export interface Structure {
  /** The factors of p, in its order. */
  readonly p: readonly Factor[]
  /** The factors of q, in its order. */
  readonly q: readonly Factor[]
  /** The latents, in the order of p. */
  readonly latents: readonly string[]
  /** The sites of p that are data or fixed, in its order. */
  readonly data: readonly string[]
  /** The data among them that `condition` fixed. */
  readonly fixed: readonly string[]
  /** What p conditions on, given from outside. */
  readonly inputs: readonly string[]
  /** What q conditions on: data and inputs. */
  readonly qInputs: readonly string[]
  /** Names of which there is one for the whole data set. */
  readonly shared: ReadonlySet<string>
  /** Latents that are summed over, not integrated. */
  readonly discrete: ReadonlySet<string>
  readonly plan: Plan
}

type SiteStatement = Extract<AnyModel['statements'][number], { readonly kind: 'site' }>

const siteStatements = (model: AnyModel): readonly SiteStatement[] =>
  model.statements.flatMap((s) => (s.kind === 'site' ? [s] : []))

/** Reads the structure of a bound off its models and its plan. */
export const structureOf = (p: AnyModel, q: AnyModel, plan: Plan): Structure => {
  const names = siteStatements(p).map((s) => s.name)
  const latents = names.filter((name) => plan.latents.some((l) => l.name === name))
  const data = names.filter((name) => !latents.includes(name))
  const order = [...latents, ...data, ...Object.keys(p.given), ...Object.keys(q.given)]
  const factors = {
    p: factorsOf('p', p, order),
    q: factorsOf('q', q, order).filter((f) => latents.includes(f.name)),
  }
  const used = (fs: readonly Factor[]) => (name: string) => fs.some((f) => f.parents.includes(name))
  return {
    ...factors,
    latents,
    data,
    fixed: data.filter((name) => name in (p.observed ?? {})),
    inputs: Object.keys(p.given).filter(used(factors.p)),
    qInputs: [...new Set(order)].filter((name) => !latents.includes(name) && used(factors.q)(name)),
    shared: new Set(factors.p.filter((f) => f.site.scope === 'shared').map((f) => f.name)),
    discrete: new Set(plan.latents.filter((l) => l.q.space.domain.measure === 'counting').map((l) => l.name)),
    plan,
  }
}

const factorsOf = (side: Factor['side'], model: AnyModel, order: readonly string[]): readonly Factor[] => {
  const standard = standardSites(model)
  return siteStatements(model).map(({ name, site }) => ({
    name,
    side,
    site,
    parents: [...new Set(order)].filter((parent) => site.parents.has(parent)),
    standard: standard.has(name),
  }))
}

/** The sites that draw from N(0, I), or from independent copies of it. */
const standardSites = (model: AnyModel): ReadonlySet<string> => {
  const found = new Set<string>()
  const choose = (name: string, site: Site, d: AnyDistribution): AnyValue => {
    if (isStandard(d)) found.add(name)
    return expandAxes(exampleOf(site.space), [...(site.scope === 'datum' ? [oneDatum] : []), ...site.plates])
  }
  tf.tidy(() => {
    const functions = Object.fromEntries(Object.entries(model.nets).map(([name, net]) => [name, net.example]))
    const given = Object.fromEntries(
      Object.entries(model.given).map(([name, space]) => [name, expandAxes(exampleOf(space), [oneDatum])]),
    )
    run(model, { functions, given, choose })
    return []
  })
  return found
}

const oneDatum = { name: datumAxis, size: 1 } as const

const isStandard = (d: AnyDistribution): boolean =>
  d.family === 'normal'
    ? (d as { readonly standard?: boolean }).standard === true
    : d.family.startsWith('iid(') && d.parts.every(isStandard)

/** The plan of a latent. */
export const planOf = (s: Structure, name: string): LatentPlan =>
  s.plan.latents.find((l) => l.name === name) as LatentPlan

/** The factor of a site. */
export const factorOf = (factors: readonly Factor[], name: string): Factor =>
  factors.find((f) => f.name === name) as Factor

/** These latents and those that q draws before them, in the order of q. */
export const drawnFor = (s: Structure, names: readonly string[]): readonly string[] => {
  const needed = new Set(names.filter((name) => s.latents.includes(name)))
  for (const f of [...s.q].reverse())
    if (needed.has(f.name)) for (const parent of f.parents) if (s.latents.includes(parent)) needed.add(parent)
  return s.q.map((f) => f.name).filter((name) => needed.has(name))
}

/** Whether the model and q fit a data set that something is shared by. */
export const hasShared = (s: Structure): boolean => s.shared.size > 0
