/**
 * Random programs on bits, each with the density that it stands for, computed apart in float64.
 *
 * A description is drawn first: which sites, in which order, from which tables. It is read twice: `build` makes the program with the
 * combinators, `gamma` is the density of a trace, from the tables alone. Probabilities are 1/4, 1/2 or 3/4 (grid: evaluate.ts).
 */
import fc from 'fast-check'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { unit } from '../../../src/dsl/domain.js'
import type { AnyModel } from '../../../src/dsl/model.js'
import { bind, given } from '../../../src/dsl/notation.js'
import { add, mul } from '../../../src/dsl/operations/arithmetic.js'
import { where } from '../../../src/dsl/operations/comparisons.js'
import { binary } from '../../../src/dsl/space.js'
import { type AnyValue, withDomain } from '../../../src/dsl/value.js'
import { compose } from '../../../src/inference/combinators/compose.js'
import { extend } from '../../../src/inference/combinators/extend.js'
import { factor } from '../../../src/inference/combinators/factor.js'
import { primitive } from '../../../src/inference/combinators/primitive.js'
import type { AnyProgram, Source } from '../../../src/inference/combinators/program.js'
import { propose } from '../../../src/inference/combinators/propose.js'
import { rename } from '../../../src/inference/combinators/rename.js'
import { resample } from '../../../src/inference/combinators/resample.js'

/** A trace of bits. */
export type Trace = Readonly<Record<string, number>>

/** A program, and its density at a trace. */
export interface Known {
  readonly program: AnyProgram
  /** The sites of a trace of the target, those that are auxiliary apart. */
  readonly sites: readonly string[]
  readonly auxiliary: readonly string[]
  /** γ of the sites that are not auxiliary. */
  readonly gamma: (trace: Trace) => number
}

type Loose = (...args: readonly unknown[]) => AnyProgram
const loose = {
  compose: compose as unknown as Loose,
  extend: extend as unknown as Loose,
  factor: factor as unknown as Loose,
  primitive: primitive as unknown as Loose,
  propose: propose as unknown as Loose,
  rename: rename as unknown as Loose,
  resample: resample as unknown as Loose,
}

/** One bit: its parent, if any, and its probabilities of 1 where the parent is 0 and 1. */
interface Bit {
  readonly name: string
  readonly parent: string | undefined
  readonly table: readonly [number, number]
}

const probability = ({ parent, table }: Bit, trace: Trace): number =>
  table[parent === undefined ? 0 : (trace[parent] as number)] as number

const mass = (bit: Bit, trace: Trace): number =>
  trace[bit.name] === 1 ? probability(bit, trace) : 1 - probability(bit, trace)

const binder = bind as unknown as (
  name: string,
  draw: (context: Readonly<Record<string, AnyValue>>) => unknown,
) => (model: unknown) => AnyModel

const pickBy = where as unknown as (c: AnyValue, a: number, b: number) => AnyValue

/** b, or a where the condition is 1: probabilities. */
const choose = (c: AnyValue, a: number, b: number): AnyValue => withDomain(pickBy(c, a, b), unit)

/** The model that draws these bits in a row. */
const modelOf = (list: readonly Bit[]): AnyModel => {
  const own = new Set(list.map((bit) => bit.name))
  const inputs = list.flatMap(({ parent }) => (parent === undefined || own.has(parent) ? [] : [parent]))
  return list.reduce<AnyModel>(
    (model, { name, parent, table }) =>
      binder(name, (context) =>
        bernoulli({
          probs: (parent === undefined
            ? table[0]
            : choose(context[parent] as AnyValue, table[1], table[0])) as never,
        }),
      )(model),
    given(Object.fromEntries(inputs.map((name) => [name, binary()]))) as unknown as AnyModel,
  )
}

const quarters = fc.constantFrom(0.25, 0.5, 0.75)

/** Bits in a row, each with a parent before it or among `context`. */
const rowOf = (names: readonly string[], context: readonly string[]): fc.Arbitrary<readonly Bit[]> =>
  fc.tuple(
    ...names.map((name, i) =>
      fc.record({
        name: fc.constant(name),
        parent: fc.constantFrom(undefined, ...context, ...names.slice(0, i)),
        table: fc.tuple(quarters, quarters),
      }),
    ),
  )

/** Bits in any order. */
const anyRowOf = (names: readonly string[], context: readonly string[] = []): fc.Arbitrary<readonly Bit[]> =>
  fc
    .shuffledSubarray([...names], { minLength: names.length })
    .chain((order) => rowOf(order, context) as fc.Arbitrary<readonly Bit[]>)

/** Bits drawn, with an observed bit x that hangs on one of them: what a datum x = 1 or 0 weighs. */
const plainTarget = (names: readonly string[], data: Trace): fc.Arbitrary<Known> =>
  fc
    .tuple(anyRowOf(names), fc.boolean(), fc.tuple(quarters, quarters), fc.nat({ max: names.length - 1 }))
    .map(([list, observes, table, at]) => {
      const x: Bit = { name: 'x', parent: list[at]?.name, table }
      const all = observes ? [...list, x] : list
      return {
        program: loose.primitive(modelOf(all), observes ? { observed: ['x'] } : {}),
        sites: names,
        auxiliary: [],
        gamma: (trace) => all.reduce((p, bit) => p * mass(bit, { ...data, ...trace }), 1),
      }
    })

/** Two targets in a row. */
const composedTarget = (names: readonly string[], data: Trace): fc.Arbitrary<Known> => {
  const cut = Math.ceil(names.length / 2)
  const [first, rest] = [names.slice(0, cut), names.slice(cut)]
  return fc.tuple(plainTarget(first, data), anyRowOf(rest, first)).map(([a, list]) => ({
    program: loose.compose(a.program, modelOf(list)),
    sites: names,
    auxiliary: [],
    gamma: (trace) => a.gamma(trace) * list.reduce((p, bit) => p * mass(bit, trace), 1),
  }))
}

/** A target times 2 where one of its bits is 1, and 1/2 where it is 0. */
const factored = (target: Known): Known => {
  const name = target.sites[0] as string
  return {
    ...target,
    program: loose.factor(target.program, (context: Readonly<Record<string, AnyValue>>) =>
      add(-Math.LN2, mul(2 * Math.LN2, context[name] as never) as never),
    ),
    gamma: (trace) => target.gamma(trace) * (trace[name] === 1 ? 2 : 0.5),
  }
}

/** A target without auxiliary sites. */
const target = (names: readonly string[], data: Trace): fc.Arbitrary<Known> =>
  fc
    .tuple(
      names.length < 2
        ? plainTarget(names, data)
        : fc.oneof(plainTarget(names, data), composedTarget(names, data)),
      fc.boolean(),
    )
    .map(([t, more]) => (more ? factored(t) : t))

const extended = (base: Known, list: readonly Bit[]): Known => ({
  ...base,
  program: loose.extend(base.program, modelOf(list)),
  auxiliary: list.map((bit) => bit.name),
})

/** A target with auxiliary sites. */
const extendedTarget = (
  names: readonly string[],
  auxiliary: readonly string[],
  data: Trace,
): fc.Arbitrary<Known> =>
  auxiliary.length === 0
    ? target(names, data)
    : fc.tuple(target(names, data), anyRowOf(auxiliary, names)).map(([t, list]) => extended(t, list))

/** What a random program may contain. */
interface Kinds {
  readonly resampling: boolean
  readonly depth: number
}

const asPlain = (base: Known): Known => ({
  ...base,
  sites: [...base.sites, ...base.auxiliary],
  auxiliary: [],
})

/** Any program that draws these names, and what it is properly weighted for. */
const proposal = (names: readonly string[], data: Trace, kinds: Kinds): fc.Arbitrary<Known> => {
  const leaf: fc.Arbitrary<Known> = fc.oneof(target(names, data), anyRowOf(names).map(chainOf))
  if (kinds.depth === 0) return leaf
  const inner: Kinds = { ...kinds, depth: kinds.depth - 1 }
  const nested = proposed(names, data, inner)
  const renamed = nested.map((base) => swapped(base))
  const sequence = names.length < 2 ? [] : [inSequence(names, data, inner)]
  const drawnAnew = kinds.resampling
    ? [
        fc
          .tuple(proposal(names, data, inner), fc.constantFrom('systematic', 'multinomial'))
          .map(([base, method]) => ({ ...base, program: loose.resample(base.program, method) })),
      ]
    : []
  return fc.oneof(leaf, nested, renamed, ...sequence, ...drawnAnew)
}

const chainOf = (list: readonly Bit[]): Known => ({
  program: loose.primitive(modelOf(list)),
  sites: list.map((bit) => bit.name),
  auxiliary: [],
  gamma: (trace) => list.reduce((p, bit) => p * mass(bit, trace), 1),
})

/** A program for the first names, then bits that hang on them. */
const inSequence = (names: readonly string[], data: Trace, kinds: Kinds): fc.Arbitrary<Known> => {
  const [first, rest] = [names.slice(0, 1), names.slice(1)]
  return fc.tuple(proposal(first, data, kinds), anyRowOf(rest, first)).map(([a, list]) => ({
    program: loose.compose(a.program, modelOf(list)),
    sites: names,
    auxiliary: [],
    gamma: (trace) => a.gamma(trace) * list.reduce((p, bit) => p * mass(bit, trace), 1),
  }))
}

/** The first site under another name and back: the same program. */
const swapped = (base: Known): Known => {
  const name = base.sites[0] as string
  const away = loose.rename(base.program, { elsewhere: name })
  return { ...base, program: loose.rename(away, { [name]: 'elsewhere' }) }
}

/** propose(target of names, proposal), with or without auxiliary sites that the proposal draws too. */
const proposed = (names: readonly string[], data: Trace, kinds: Kinds): fc.Arbitrary<Known> =>
  fc.constantFrom<readonly string[]>([], [`aux${kinds.depth}`]).chain((auxiliary) =>
    fc
      .tuple(
        extendedTarget(names, auxiliary, data),
        proposal([...names, ...auxiliary], data, kinds).map(asPlain),
      )
      .map(([p, q]) => ({
        program: loose.propose(p.program as Source, q.program as Source),
        sites: names,
        auxiliary: [],
        gamma: p.gamma,
      })),
  )

/** Programs on one to three bits with a datum x, and their densities. */
export const knownPrograms = (kinds: Kinds): fc.Arbitrary<Known & { readonly data: Trace }> =>
  fc
    .tuple(fc.constantFrom(['a'], ['a', 'b'], ['a', 'b', 'c']), fc.constantFrom(0, 1))
    .chain(([names, x]) => proposed(names, { x }, kinds).map((known) => ({ ...known, data: { x } })))

/** Every trace of these sites. */
export const traces = (names: readonly string[]): readonly Trace[] =>
  Array.from({ length: 2 ** names.length }, (_, i) =>
    Object.fromEntries(names.map((name, d) => [name, Math.floor(i / 2 ** d) % 2])),
  )
