/**
 * The aggregate posterior q(z) = E_data[q(z | x)] against the prior p(z), by their maximum mean discrepancy.
 *
 *   MMD²(q(z), p(z))        z a latent, or what `at` makes of several
 *
 * The prior is the part of p that z depends on, drawn by itself. Units: those of the similarity. Tested in
 * tests/inference/infoVae.test.ts.
 */
import { fail } from '../dsl/error.js'
import { type AnyModel, type Site, sitesOf } from '../dsl/model.js'
import type { AnyObjective } from '../dsl/objective.js'
import { type DiscrepancyOptions, maximumMeanDiscrepancy } from './mmd.js'
import type { Similarity } from './similarities/table.js'

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
type None = {}

/** Which points of the posterior and the prior are compared, and how. */
export interface AggregateOptions<P, Q> {
  /** The similarity of two points. */
  readonly kernel: Similarity
  /** The latent to compare, `'z'`, or a function of several; needed where q has more than one. */
  readonly at?: DiscrepancyOptions<P, Q, None>['at']
}

/** The part of a model that these sites depend on. A site that `condition` fixed is still computed, so it needs its own parents. */
const upTo = (model: AnyModel, names: readonly string[]): AnyModel => {
  const needed = new Set(names)
  for (const s of [...model.statements].reverse())
    if (s.kind === 'site' && needed.has(s.name)) for (const parent of s.site.parents) needed.add(parent)
  const known = (s: AnyModel['statements'][number]): boolean =>
    s.kind === 'site'
      ? needed.has(s.name)
      : [...(model.entries[s.name]?.parents ?? [])].every((p) => needed.has(p) || p in model.given)
  const statements = model.statements.filter(known)
  return {
    ...model,
    statements,
    entries: Object.fromEntries(statements.map((s) => [s.name, model.entries[s.name] as Site])),
  }
}

/** MMD² of the latents of q, over the data, from those of p. */
export const aggregateDiscrepancy = (
  p: AnyModel,
  q: AnyModel,
  options: { readonly kernel: Similarity; readonly at?: unknown },
): AnyObjective => {
  const latents = sitesOf(q).map(([name]) => name)
  const at = options.at ?? (latents.length === 1 ? latents[0] : undefined)
  if (at === undefined)
    fail(
      'option',
      'at',
      `the posterior and the prior are compared at one point, but q has the latents ${latents.join(', ') || '(none)'}`,
      "name one, at: 'z', or join them: at: ({ a, b }) => concat(a, b)",
    )
  const of = { kernel: options.kernel, at } as never
  return maximumMeanDiscrepancy(upTo(p, latents), q, of) as unknown as AnyObjective
}
