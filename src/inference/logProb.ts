/**
 * logProb(model, record, { params, given }): log density of a record of all sites, in nats per datum.
 *
 *   log p(r | g) = Σ_s log p_s(r_s | the sites before, g)
 *
 * The result has the axes of the record (`datum`, `draw`). Plates are summed; plain data of a site in plates has one event
 * for each of their elements. A shared site counts 1/N per datum of the
 * record, so that the sum over the data is the joint log density. A site that `condition` fixed counts. Needs a density at every site; a model with a `push`
 * site does not compile. Tested in tests/inference/logProb.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { can } from '../dsl/distribution.js'
import type { Real } from '../dsl/domains/marks.js'
import { fail, giryError, throwAll } from '../dsl/error.js'
import { type AnyModel, datumAxis, type Model, type Site, type SiteNames, sitesOf } from '../dsl/model.js'
import { mul } from '../dsl/operations/arithmetic.js'
import { densityRemedy } from '../dsl/rules.js'
import { run } from '../dsl/run.js'
import type { Plain, ValueIn } from '../dsl/space.js'
import { type AnyValue, expandAxes, hasAxis, sumOver, unionAxes, type Value } from '../dsl/value.js'
import { logDensity, total } from './estimators/draws.js'
import { checkedValue, functionsAt, givenValues, type NeedsGiven, type NeedsParams } from './inputs.js'

/** A value or plain data for every site. */
export type RecordOf<R> = {
  readonly [K in SiteNames<R>]: R[K] extends { readonly space: infer X } ? ValueIn<X> | Plain : never
}

/** Accepts models whose every site has a density; otherwise a sentence. */
export type HasDensity<R> = {
  [K in SiteNames<R>]: R[K] extends { readonly capabilities: { readonly density: true } }
    ? never
    : R[K] extends { readonly family: infer F extends string }
      ? `site '${K}' is drawn from ${F}, which has no density`
      : never
}[SiteNames<R>] extends infer Fault
  ? [Fault] extends [never]
    ? unknown
    : Fault
  : never

/** Log density of the record, in nats per datum. */
export const logProb = <T, G, R>(
  model: Model<T, G, R> & HasDensity<R>,
  record: RecordOf<R>,
  ...[options]: keyof T | keyof G extends never
    ? [options?: NeedsParams<T> & NeedsGiven<G>]
    : [options: NeedsParams<T> & NeedsGiven<G>]
): Value<[], Real> => {
  const m = model as Model<T, G, R>
  throwAll(
    sitesOf(m)
      .filter(([, site]) => !can(site, 'density'))
      .map(([name, site]) =>
        giryError(
          'model',
          name,
          `site '${name}' is drawn from ${site.family}, which has no density`,
          densityRemedy(site.family),
        ),
      ),
  )
  return tf.tidy(() => {
    const values = Object.fromEntries(
      sitesOf(m).map(([name, site]) => [name, valueAt(name, site, record)] as const),
    )
    const given = givenValues(m.given, options?.given)
    const fixed = Object.values((m as AnyModel).observed ?? {}).map((of) => of())
    const n =
      unionAxes([...Object.values(values), ...Object.values(given), ...fixed]).find(
        (a) => a.name === datumAxis,
      )?.size ?? 1
    const terms: Value<[], Real>[] = []
    run(m, {
      functions: functionsAt(m.nets, options?.params),
      given,
      choose: (name, site, d, observed) => {
        const x = observed ?? (values[name] as AnyValue)
        const term = sumOver(
          expandAxes(logDensity(d, x), site.plates),
          site.plates.map((a) => a.name),
        )
        terms.push(site.scope === 'shared' ? mul(1 / n, term) : term)
        return x
      },
    })
    return total(terms) as never
  }) as unknown as Value<[], Real>
}

const valueAt = (name: string, site: Site, record: unknown): AnyValue => {
  const x = (record as Readonly<Record<string, Plain | AnyValue>>)[name]
  if (x === undefined)
    throwAll([giryError('data', name, `the record has no value for site '${name}'`, `pass { ${name}: … }`)])
  const v = checkedValue(name, { ...site.space, plates: site.plates }, x as Plain | AnyValue)
  if (site.scope === 'shared' && hasAxis(v, datumAxis))
    fail(
      'data',
      name,
      `site '${name}' is shared, but one value per datum was given`,
      'give it one value for the whole data set',
    )
  return v
}
