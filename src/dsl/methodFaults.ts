/**
 * The run-time twins of the sentences about methods and their options (gradientMethods.ts, methods.ts), at construction.
 *
 * A baseline reads what q has before its site: anything else would not be independent of the draw, and the gradient
 * biased without a word. Tested in tests/dsl/methods.test.ts.
 */
import { real } from './domain.js'
import { type GiryError, giryError } from './error.js'
import {
  capabilityFaults,
  type GradientMethod,
  methodNeeds,
  methodsOf,
  nameOfMethod,
  type Objectives,
} from './gradientMethods.js'
import { averageName, type Baseline, methodOptions, type Sighted } from './methods.js'
import type { AnyModel, Nets, Site } from './model.js'
import type { AnyNet } from './net.js'
import { average } from './nets/average.js'
import { spaceWithin } from './records.js'
import { showSpaceOf } from './value.js'

/** The methods that are asked for, by site. */
export type AskedMethods = Readonly<Record<string, GradientMethod | undefined>>

type Options = Readonly<Record<string, unknown>>

const error = (where: string, message: string, remedy: string): GiryError =>
  giryError('model', where, message, remedy)

const optionsOf = (method: GradientMethod): Options =>
  typeof method === 'string' ? {} : (method as unknown as Options)

const nameFault = (name: string, asked: string, objective: keyof Objectives): GiryError[] => {
  const allowed: readonly string[] = methodsOf[objective]
  if (allowed.includes(asked)) return []
  const elsewhere = Object.hasOwn(methodNeeds, asked)
  return [
    error(
      name,
      elsewhere
        ? `site '${name}': ${objective} has no gradient method '${asked}'`
        : `site '${name}': '${asked}' is not one of the gradient methods ${allowed.join(', ')}`,
      elsewhere ? `use ${allowed.join(', ')}` : 'name one of these, or leave the choice to giry',
    ),
  ]
}

const unknownOptions = (name: string, asked: keyof typeof methodOptions, options: Options): GiryError[] =>
  Object.keys(options)
    .filter((o) => o !== 'method' && !(methodOptions[asked] as readonly string[]).includes(o))
    .map((o) =>
      error(
        name,
        o === 'baseline'
          ? `site '${name}': the gradient method '${asked}' has no baseline`
          : `site '${name}': the gradient method '${asked}' has no option '${o}'`,
        o === 'baseline'
          ? "use { method: 'score', baseline }, or leave the baseline out"
          : methodOptions[asked].length === 0
            ? 'it takes no options'
            : `its options are ${methodOptions[asked].join(', ')}`,
      ),
    )

/** The temperatures to look at: of a schedule, the first and the last. */
const temperaturesOf = (t: unknown): readonly number[] =>
  (typeof t === 'function' ? [t(1), t(Infinity)] : [t]).map((x) => (typeof x === 'number' ? x : Number.NaN))

const rangeFaults = (name: string, { temperature, weight, raoBlackwell }: Options): GiryError[] => [
  ...(raoBlackwell !== undefined && typeof raoBlackwell !== 'boolean'
    ? [
        giryError(
          'option',
          name,
          `site '${name}': raoBlackwell must be true or false, but ${String(raoBlackwell)} was given`,
          'leave it out, or pass false for the whole objective as the signal',
        ),
      ]
    : []),
  ...(temperature !== undefined && !temperaturesOf(temperature).every((t) => t > 0 && t < Infinity)
    ? [
        giryError(
          'option',
          name,
          `site '${name}': temperature must be a number > 0, but ${temperaturesOf(temperature).find((t) => !(t > 0 && t < Infinity))} was given`,
          'use 0.5: near 0 the gradient is noisy, far from 0 it is that of another function',
        ),
      ]
    : []),
  ...(weight !== undefined && !Number.isFinite(weight)
    ? [
        giryError(
          'option',
          name,
          `site '${name}': weight must be a number, but ${String(weight)} was given`,
          'use 1, or less where the relaxation is a poor match',
        ),
      ]
    : []),
]

/** What q has before a site: its inputs and the statements above. */
const before = (q: AnyModel, name: string): ReadonlySet<string> => {
  const statements = q.statements.map((s) => s.name)
  return new Set([...Object.keys(q.given), ...statements.slice(0, statements.indexOf(name))])
}

const spaceOf = (m: AnyModel, name: string) => {
  const entry = m.entries[name]
  if (m.given[name] !== undefined) return m.given[name]
  return entry !== undefined && entry.kind !== 'let' ? entry.space : undefined
}

/** What a function of the past sees must be what q has. */
const seenFaults = (q: AnyModel, name: string, what: string, s: Sighted): GiryError[] => {
  const sees = s.sees as AnyModel
  const known = before(q, name)
  return [...Object.keys(sees.given), ...sees.statements.map((x) => x.name)]
    .filter((seen) => seen !== name)
    .flatMap((seen) => {
      if (!known.has(seen))
        return [
          error(
            name,
            `site '${name}': ${what} sees '${seen}', which q does not have before '${name}'`,
            'let it read the inputs of q, and sites that q draws before',
          ),
        ]
      const [own, theirs] = [spaceOf(sees, seen), spaceOf(q, seen)]
      return own === undefined || theirs === undefined
        ? []
        : spaceWithin(theirs, own)
          ? []
          : [
              error(
                name,
                `site '${name}': ${what} sees '${seen}' as ${showSpaceOf(own)}, but q has ${showSpaceOf(theirs)}`,
                'declare the same space on both sides',
              ),
            ]
    })
}

const baselineFaults = (q: AnyModel, name: string, baseline: Baseline | undefined): GiryError[] => {
  if (baseline === undefined || baseline === 'none' || baseline === 'leaveOneOut') return []
  if (typeof baseline === 'object' && baseline?.kind === 'movingAverage')
    return baseline.decay > 0 && baseline.decay < 1
      ? []
      : [
          giryError(
            'option',
            name,
            `decay must lie within (0, 1), but ${baseline.decay} was given`,
            'use 0.9, or 0.99 for a longer memory',
          ),
        ]
  if (typeof baseline !== 'object' || baseline?.kind !== 'learned')
    return [
      giryError(
        'option',
        name,
        `site '${name}': ${JSON.stringify(baseline)} is no baseline`,
        "use 'none', 'leaveOneOut', movingAverage(decay) or learned(sees, nets, value)",
      ),
    ]
  const sees = baseline.sees as AnyModel
  const own =
    name in sees.given || name in sees.entries
      ? [
          error(
            name,
            `site '${name}': the baseline sees '${name}', which it is subtracted for`,
            'let it read the inputs of q, and sites that q draws before',
          ),
        ]
      : []
  return [...own, ...seenFaults(q, name, 'the baseline', baseline)]
}

const controlFaults = (q: AnyModel, name: string, site: Site, s: Sighted): GiryError[] => {
  const own = (s.sees as AnyModel | undefined)?.given[name]
  const need = { shape: site.space.shape, domain: real }
  if (own === undefined)
    return [
      error(
        name,
        `site '${name}': the control variate of relax does not see '${name}'`,
        `write relax(given({ ${name}: ${showReal(need.shape)} }), nets, control)`,
      ),
    ]
  return [
    ...(spaceWithin(need, own)
      ? []
      : [
          error(
            name,
            `site '${name}': the control variate of relax sees '${name}' as ${showSpaceOf(own)}, but the continuous variable behind it is ${showSpaceOf(need)}`,
            `write relax(given({ ${name}: ${showReal(need.shape)} }), nets, control)`,
          ),
        ]),
    ...seenFaults(q, name, 'the control variate', s),
  ]
}

const showReal = (shape: readonly number[]): string => `real(${shape.join(', ')})`

/** A weak derivative replaces one entry of the draw, and in a plate it would replace one of each element at once. */
const plateFault = (name: string, site: Site, asked: string): GiryError[] =>
  asked === 'measureValued' && site.plates.length > 0
    ? [
        error(
          name,
          `site '${name}': the gradient method 'measureValued' takes no site in a plate, but it lies in ${site.plates.map((a) => a.name).join(' and ')}`,
          'draw a vector instead, or use another method',
        ),
      ]
    : []

const siteFaults = (
  q: AnyModel,
  name: string,
  method: GradientMethod,
  objective: keyof Objectives,
): readonly GiryError[] => {
  const site = q.entries[name]
  if (site === undefined || site.kind !== 'site')
    return [error(name, `site '${name}': q has no such site`, 'name a latent that q proposes')]
  const asked = nameOfMethod(method)
  const unknown = nameFault(name, String(asked), objective)
  if (unknown.length > 0) return unknown
  const lacking = capabilityFaults(name, site, asked)
  if (lacking.length > 0) return lacking
  const options = optionsOf(method)
  return [
    ...unknownOptions(name, asked, options),
    ...rangeFaults(name, options),
    ...plateFault(name, site, asked),
    ...(asked === 'score' ? baselineFaults(q, name, options.baseline as Baseline | undefined) : []),
    ...(asked === 'relax' ? controlFaults(q, name, site, method as unknown as Sighted) : []),
  ]
}

/** The run-time twin of `MethodFault`. */
export const methodFaults = (
  q: AnyModel,
  methods: AskedMethods,
  objective: keyof Objectives,
): readonly GiryError[] =>
  Object.entries(methods).flatMap(([name, method]) =>
    method === undefined ? [] : siteFaults(q, name, method, objective),
  )

const netsOfMethod = (name: string, method: GradientMethod): Nets => {
  const { baseline, nets } = optionsOf(method) as { readonly baseline?: Baseline; readonly nets?: Nets }
  if (nets !== undefined) return nets
  if (typeof baseline !== 'object' || baseline === null) return {}
  if (baseline.kind === 'learned') return baseline.nets as Nets
  return { [averageName(name)]: average(baseline.decay) }
}

/** The nets that methods bring along, by name; each site with a moving average has one parameter. */
export const methodNets = (methods: AskedMethods): readonly (readonly [string, AnyNet])[] =>
  Object.entries(methods).flatMap(([name, method]) =>
    method === undefined ? [] : Object.entries(netsOfMethod(name, method)),
  )
