/**
 * Examination: a callback is run once, at construction, on example values that know where they come from.
 *
 *   parents(s) = the sites and inputs among the origins of the parameters of s;  nets(s) likewise
 *
 * So the graph of a model is read off, not declared, and a wrong program fails at construction. Nets compute nothing here:
 * they check their argument and give an example of their output. Errors: tag `model`.
 */
import * as tf from '@tensorflow/tfjs'
import { exampleAxis, liftPrefix, overPrefix } from './axes.js'
import { type AnyDistribution, axesOf, type EventSpace, originsOf } from './distribution.js'
import { fail } from './error.js'
import { type AnyModel, datumAxis, type Scope, type Site } from './model.js'
import { exampleOf, type Net } from './net.js'
import { type AnyValue, type Axis, expandAxes, isValue, unionAxes, withOrigins } from './value.js'

const netOrigin = 'net:'

/** The plates that inputs lie in, by name. */
export type PlatesOf = Readonly<Record<string, readonly Axis[]>>

/** Nets and inputs on example values; an input lies in its `plates`. */
const exampleInputs = (model: AnyModel, plates: PlatesOf): Record<string, unknown> => {
  const context: Record<string, unknown> = {}
  for (const [name, net] of Object.entries(model.nets)) context[name] = marked(net, name)
  for (const [name, space] of Object.entries(model.given))
    context[name] = withOrigins(expandAxes(exampleOf(space), [exampleAxis, ...(plates[name] ?? [])]), [name])
  return context
}

/** The context of the next callback, on example values that know where they come from. */
export const exampleContext = (model: AnyModel): Readonly<Record<string, unknown>> => {
  const context = exampleInputs(model, {})
  for (const s of model.statements)
    context[s.name] = s.kind === 'let' ? s.compute(context as never) : exampleSite(s.name, s.site)
  return context
}

/** The plates that each site is drawn along when the inputs lie in `plates`, found by examining the model anew. */
export const platesGiven = (model: AnyModel, plates: PlatesOf): PlatesOf => {
  const found: Record<string, readonly Axis[]> = {}
  tf.tidy(() => {
    const context = exampleInputs(model, plates)
    for (const s of model.statements) {
      if (s.kind === 'site')
        found[s.name] = axesOf(s.draw(context as never)).filter((a) => a.name !== datumAxis)
      context[s.name] = s.kind === 'let' ? s.compute(context as never) : exampleSite(s.name, s.site)
    }
  })
  return found
}

const exampleSite = (name: string, site: Site): AnyValue =>
  withOrigins(
    expandAxes(exampleOf(site.space), [...(site.scope === 'datum' ? [exampleAxis] : []), ...site.plates]),
    [name],
  )

/** A net whose results remember that they came from it. */
const marked =
  (net: Net, name: string) =>
  (...args: readonly unknown[]): unknown =>
    mapValues((net.example as (...xs: readonly unknown[]) => unknown)(...args), (v) =>
      withOrigins(v, [...v.origins, `${netOrigin}${name}`]),
    )

/** Applies `f` to each value of a result, which may be a value or a record of values. */
const mapValues = (result: unknown, f: (v: AnyValue) => AnyValue): unknown => {
  if (isValue(result)) return f(result)
  if (Array.isArray(result)) return result.map((r) => mapValues(r, f))
  if (typeof result === 'object' && result !== null && Object.getPrototypeOf(result) === Object.prototype)
    return Object.fromEntries(Object.entries(result).map(([k, v]) => [k, mapValues(v, f)]))
  return result
}

/** The origins of all values of a result. */
export const originsWithin = (result: unknown): ReadonlySet<string> => {
  const origins = new Set<string>()
  mapValues(result, (v) => {
    for (const o of v.origins) origins.add(o)
    return v
  })
  return origins
}

/** What origins say: parents, nets, and plates whose elements were, or may have been, combined. */
export type Graph = Pick<Site, 'parents' | 'nets' | 'mixes' | 'mayMix'>

const marks = [netOrigin, overPrefix, liftPrefix]

/** Reads origins. */
export const graphOf = (origins: ReadonlySet<string>): Graph => {
  const after = (prefix: string) =>
    new Set([...origins].filter((o) => o.startsWith(prefix)).map((o) => o.slice(prefix.length)))
  return {
    parents: new Set([...origins].filter((o) => !marks.some((prefix) => o.startsWith(prefix)))),
    nets: after(netOrigin),
    mixes: after(overPrefix),
    mayMix: after(liftPrefix),
  }
}

/** The parameters of a distribution that are plain numbers. */
const constantsOf = ({ parameters, ...d }: AnyDistribution): Site['constants'] =>
  Object.fromEntries(
    Object.entries(d).filter(([name, x]) => typeof x === 'number' && name in parameters),
  ) as Site['constants']

/** Plates that a site only has from its parents, then those that it declares, as it declares them: so its data are nested. */
const inOrder = (all: readonly Axis[], declared: readonly Axis[]): readonly Axis[] => [
  ...all.filter((a) => !declared.some((d) => d.name === a.name)),
  ...declared,
]

/** Reads a site off the distribution that its callback gave on example values. */
export const examine = (name: string, scope: Scope, plates: readonly Axis[], d: AnyDistribution): Site => {
  if (typeof d !== 'object' || d === null || !('family' in d))
    return fail(
      'model',
      name,
      `site '${name}' must draw from a distribution, but its callback returned ${typeof d}`,
      'return a distribution, such as normal(…)',
    )
  const axes = axesOf(d)
  if (scope === 'shared' && axes.some((a) => a.name === datumAxis))
    fail(
      'model',
      name,
      `site '${name}' is shared, but its distribution depends on a datum`,
      `draw it with bind, or let it depend on shared sites only`,
    )
  const graph = graphOf(originsOf(d))
  return {
    kind: 'site',
    space: { shape: d.space.shape, domain: d.space.domain } satisfies EventSpace,
    capabilities: d.capabilities as never,
    family: d.family,
    scope,
    plates: inOrder(
      unionAxes([{ axes: axes.filter((a) => a.name !== datumAxis) }, { axes: plates }]),
      plates,
    ),
    supportSize: d.supportSize,
    constants: constantsOf(d),
    ...graph,
  }
}
