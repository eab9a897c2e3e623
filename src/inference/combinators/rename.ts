/**
 * rename(program, { z: 'next' }): the same program, whose site `next` is called `z` from here on.
 *
 * So one step of a loop has the same names before and after: annealing goes from z to next, and calls next z again.
 * Errors: tag `model`: no such site, a name twice, an auxiliary site. Tested in tests/inference/combinators/sequence.test.ts.
 */
import { type GiryError, giryError, throwAll } from '../../dsl/error.js'
import type { Values } from '../../dsl/kernel.js'
import type { Keys } from '../../dsl/records.js'
import { programOf } from './primitive.js'
import type {
  AnyProgram,
  Program,
  Source,
  SourceAuxiliary,
  SourceInputs,
  SourceKind,
  SourceNets,
  SourceObserved,
  SourceSites,
} from './program.js'

/** The names that the compiler knows. */
type Known<A> = string extends keyof A ? never : keyof A

/** The sites under their new names. */
export type RenamedSites<S, W> = {
  readonly [K in Keys<W> | Exclude<Keys<S>, W[keyof W]>]: K extends keyof W
    ? W[K] extends keyof S
      ? S[W[K]]
      : never
    : K extends keyof S
      ? S[K]
      : never
}

/** The sentences for new names. */
export type RenameFault<Q, W> = string extends keyof SourceSites<Q>
  ? never
  : {
      [K in Keys<W>]: W[K] extends keyof SourceSites<Q>
        ? K extends
            | Exclude<keyof SourceSites<Q>, W[keyof W]>
            | Known<SourceInputs<Q>>
            | Known<SourceObserved<Q>>
          ? `the name '${K}' is taken in this program`
          : never
        : `'${W[K] & string}' is no site of this program`
    }[Keys<W>]

/** Accepts new names of sites; otherwise the sentences. */
export type Renames<Q, W> = [RenameFault<Q, W>] extends [never]
  ? unknown
  : { readonly error: RenameFault<Q, W> }

/** A program with sites under new names. */
export type Renamed<Q, W> = Program<
  SourceNets<Q>,
  SourceInputs<Q>,
  SourceObserved<Q>,
  RenamedSites<SourceSites<Q>, W>,
  SourceAuxiliary<Q>,
  SourceKind<Q>
>

/** The program with sites under new names: `{ z: 'next' }` calls `next` z. */
export const rename = <Q extends Source, const W extends Readonly<Record<string, string>>>(
  source: Q,
  names: W & Renames<Q, W>,
): Renamed<Q, W> => {
  const q = programOf(source as Source)
  const wires: Readonly<Record<string, string>> = names
  throwAll(faults(q, wires))
  const renamed = new Map(Object.entries(wires).map(([to, from]) => [from, to]))
  const nameOf = (old: string): string => renamed.get(old) ?? old
  const forward = <V>(record: Readonly<Record<string, V>>): Readonly<Record<string, V>> =>
    Object.fromEntries(Object.entries(record).map(([name, v]) => [nameOf(name), v]))
  const back = (sites: Values): Values =>
    Object.fromEntries(Object.keys(q.sites).map((name) => [name, sites[nameOf(name)] as Values[string]]))
  const { score } = q
  return {
    ...q,
    sites: forward(q.sites),
    sample: (env) => {
      const drawn = q.sample(env)
      return { ...drawn, sites: forward(drawn.sites) }
    },
    ...(score === undefined ? {} : { score: (env, sites) => score(env, back(sites)) }),
    dependence: (inputs, detached) => {
      const { sites, rough } = q.dependence(inputs, detached)
      return { sites: new Set([...sites].map(nameOf)), rough }
    },
  } as AnyProgram as never
}

const error = (where: string, message: string, remedy: string): GiryError =>
  giryError('model', where, message, remedy)

const faults = (q: AnyProgram, wires: Readonly<Record<string, string>>): readonly GiryError[] => {
  const old = new Set(Object.values(wires))
  const staying = new Set(Object.keys(q.sites).filter((name) => !old.has(name)))
  return Object.entries(wires).flatMap(([to, from]) => [
    ...(from in q.sites
      ? []
      : [
          error(
            from,
            `'${from}' is no site of this program`,
            `its sites are ${Object.keys(q.sites).join(', ')}`,
          ),
        ]),
    ...(staying.has(to) || to in q.inputs || to in q.observed
      ? [error(to, `the name '${to}' is taken in this program`, 'choose another')]
      : []),
    ...(Object.values(wires).filter((other) => other === from).length > 1
      ? [error(from, `site '${from}' is given two names`, 'give it one')]
      : []),
    ...(q.auxiliary.includes(from)
      ? [error(from, `'${from}' is auxiliary, and is forgotten anyway`, 'rename it before extending')]
      : []),
  ])
}
