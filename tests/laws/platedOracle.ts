/**
 * The random programs with plates in float64, by the sum over all configurations of all elements, without the library.
 *
 *   log P(x) = log Σ_z p(x, z)      L_b = Σ_z q(z) log (p / q)      L_s = (1/s) log Σ_z q(z) (p / q)^s
 */
import { logNormal, logSumExp } from './oracle.js'
import { deviation, labelSlopes, labelValues } from './platedModels.js'
import {
  elementsOf,
  type PlatedEdge,
  type PlatedProgram,
  type PlatedSite,
  valuesOf,
} from './platedPrograms.js'

/** Parameters by name. */
export type PlatedParams = Readonly<Record<string, number>>
/** The value of each element of each site. */
type Configuration = Readonly<Record<string, readonly number[]>>
/** An element, by its plates. */
type Element = Readonly<Record<string, number>>

const elementAt = ({ plates }: PlatedProgram, site: PlatedSite, index: number): Element => {
  let rest = index
  const digits = [...site.plates].reverse().map((name): [string, number] => {
    const size = plates[name] as number
    const digit = rest % size
    rest = Math.floor(rest / size)
    return [name, digit]
  })
  return Object.fromEntries(digits)
}

const indexOf = ({ plates }: PlatedProgram, site: PlatedSite, at: Element): number =>
  site.plates.reduce((i, name) => i * (plates[name] as number) + (at[name] as number), 0)

const meanOver = (
  program: PlatedProgram,
  over: readonly string[],
  at: Element,
  f: (at: Element) => number,
): number => {
  const [plate, ...rest] = over
  if (plate === undefined) return f(at)
  const size = program.plates[plate] as number
  let sum = 0
  for (let i = 0; i < size; i++) sum += meanOver(program, rest, { ...at, [plate]: i }, f)
  return sum / size
}

const featureAt = (program: PlatedProgram, e: PlatedEdge, at: Element, z: Configuration): number => {
  const site = program.p.find((s) => s.name === e.from) as PlatedSite
  const value = (where: Element): number => {
    const x = (z[e.from] as readonly number[])[indexOf(program, site, where)] as number
    return site.kind === 'coin' || site.kind === 'normal' ? x : (labelValues[x] as number)
  }
  if (e.by === 'promise') return meanOver(program, e.over, at, (where) => Math.tanh(value(where)))
  const mean = meanOver(program, e.over, at, value)
  return e.by === 'lift' ? Math.tanh(mean) : mean
}

const logDensity = (
  program: PlatedProgram,
  site: PlatedSite,
  i: number,
  z: Configuration,
  of: PlatedParams,
): number => {
  const at = elementAt(program, site, i)
  const f = site.edges.map((e) => featureAt(program, e, at, z))
  const t =
    site.edges.reduce(
      (sum, e, k) => sum + (of[e.weight] as number) * (f[k] as number),
      of[site.bias] as number,
    ) + (site.product === undefined ? 0 : (of[site.product] as number) * (f[0] as number) * (f[1] as number))
  const x = (z[site.name] as readonly number[])[i] as number
  if (site.kind === 'coin') return -Math.log1p(Math.exp(x === 1 ? -t : t))
  if (site.kind === 'normal') return logNormal(x, t, deviation)
  const logits = labelSlopes.map((slope) => slope * t)
  return (logits[x] as number) - logSumExp(logits)
}

const logOf = (
  program: PlatedProgram,
  sites: readonly PlatedSite[],
  z: Configuration,
  of: PlatedParams,
): number =>
  sites.reduce((sum, site) => {
    let own = 0
    for (let i = 0; i < elementsOf(program.plates, site); i++) own += logDensity(program, site, i, z, of)
    return sum + own
  }, 0)

const configurations = ({ plates, q, data }: PlatedProgram): readonly Configuration[] =>
  q.reduce<readonly Configuration[]>(
    (all, site) =>
      Array.from({ length: elementsOf(plates, site) }).reduce<readonly Configuration[]>(
        (some) =>
          some.flatMap((z) =>
            Array.from({ length: valuesOf(site.kind) }, (_, x) => ({
              ...z,
              [site.name]: [...(z[site.name] ?? []), x],
            })),
          ),
        all,
      ),
    [data],
  )

/** What a program comes to, as functions of its parameters. */
export interface PlatedExact {
  readonly evidence: (of: PlatedParams) => number
  readonly bound: (of: PlatedParams) => number
  readonly powerMean: (of: PlatedParams, s: number) => number
}

/** By the sum over all configurations. */
export const platedExact = (program: PlatedProgram): PlatedExact => {
  const all = configurations(program)
  const joints = (of: PlatedParams) => all.map((z) => logOf(program, program.p, z, of))
  const masses = (of: PlatedParams) => all.map((z) => logOf(program, program.q, z, of))
  return {
    evidence: (of) => logSumExp(joints(of)),
    bound: (of) => {
      const p = joints(of)
      return masses(of).reduce((sum, q, i) => sum + Math.exp(q) * ((p[i] as number) - q), 0)
    },
    powerMean: (of, s) => {
      const p = joints(of)
      return logSumExp(masses(of).map((q, i) => s * (p[i] as number) + (1 - s) * q)) / s
    },
  }
}
