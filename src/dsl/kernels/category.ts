/**
 * The combinators of kernels, a Markov category.
 *
 *   identity(X)(dx' | x) = δ_x(dx')               compose(f, g)(dz | x) = ∫ f(dy | x) g(dz | y)
 *   product(f, g)(dy dw | x, v) = f(dy | x) g(dw | v)          marginal(f, A)(dy_A | x) = ∫ f(dy | x) over the rest
 *   copy: x → (x, x)                              discard: x → ()
 *
 * Inputs and outputs go by name; those of one kernel are two records, so `identity` has one name on both sides. Each rule
 * is a type, which makes the compiler print the sentence, and a check at construction in the same words.
 * Errors: tag `model`, every fault. Source: Fritz, 2020, "A synthetic approach to Markov kernels, conditional
 * independence and theorems on sufficient statistics", definition 2.1. Laws: src/testing/laws/kernel.ts, run by
 * tests/laws/kernel.test.ts; rules: tests/types/kernel.test-d.ts, tests/dsl/kernels/category.test.ts.
 */
import { type GiryError, giryError, throwAll } from '../error.js'
import {
  type AnyKernel,
  type Arrow,
  type ArrowEnvironment,
  type InputsOf,
  type Kernel,
  kernelOf,
  type NetsOf,
  type ObstaclesOf,
  type OutputsOf,
  type Values,
} from '../kernel.js'
import type { Givens, Merge } from '../model.js'
import {
  type BothFault,
  bothFaults,
  type FeedFault,
  feedFaults,
  type Keys,
  netFaults,
  type Unless,
} from '../records.js'

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
type None = {}
/** The sentences that say why outputs O cannot feed the inputs I. */
type ComposeFault<O, I> =
  | FeedFault<O, I, 'kernel gives'>
  | (string extends keyof I
      ? never
      : {
          [K in Exclude<Keys<I>, keyof O>]: `input '${K}' of the second kernel is no output of the first`
        }[Exclude<Keys<I>, keyof O>])

/** Accepts g when the outputs of f feed its inputs; otherwise the sentences. */
export type Composes<F, H> = Unless<ComposeFault<OutputsOf<F>, InputsOf<H>>>

/** Accepts g when its names are not those of f; otherwise the sentences. */
export type Disjoint<F, H> = Unless<
  | BothFault<InputsOf<F>, InputsOf<H>, 'kernels take an input'>
  | BothFault<OutputsOf<F>, OutputsOf<H>, 'kernels give an output'>
>

/** Accepts names of outputs; otherwise the sentences. */
export type AreOutputs<F, K extends string> = Unless<
  { [N in K]: N extends keyof OutputsOf<F> ? never : `'${N}' is no output of this kernel` }[K]
>

/** A kernel that draws nothing: each output repeats an input. */
const wiring = (input: Givens, wires: Readonly<Record<string, string>>): AnyKernel => ({
  tag: 'kernel',
  nets: {},
  input,
  output: renamed(input, wires),
  obstacles: [],
  arrow: () => (inputs) => renamed(inputs, wires),
})

const renamed = <A>(
  record: Readonly<Record<string, A>>,
  wires: Readonly<Record<string, string>>,
): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(wires).map(([to, from]) => [to, record[from] as A]))

const toItself = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((n) => [n, n]))

/** Gives its inputs back. */
export const identity = <const G extends Givens>(spaces: G): Kernel<None, G, G, never> =>
  wiring(spaces, toItself(Object.keys(spaces))) as never

/** Repeats inputs under new names: `copy({ x: X }, { left: 'x', right: 'x' })`. */
export const copy = <const G extends Givens, const W extends Readonly<Record<string, Keys<G>>>>(
  spaces: G,
  wires: W,
): Kernel<None, G, { readonly [K in keyof W]: G[W[K]] }, never> => {
  throwAll(
    Object.values<string>(wires)
      .filter((from) => !(from in spaces))
      .map((from) =>
        fault(
          from,
          `'${from}' is no input of this kernel`,
          `the inputs are ${Object.keys(spaces).join(', ') || 'none'}`,
        ),
      ),
  )
  return wiring(spaces, wires) as never
}

/** Forgets its inputs. */
export const discard = <const G extends Givens>(spaces: G): Kernel<None, G, None, never> =>
  wiring(spaces, {}) as never

/** First f, then g: the outputs of f feed the inputs of g by name; outputs that g does not take are forgotten. */
export const compose = <F extends Arrow, H extends Arrow>(
  f: F,
  g: H & Composes<F, H>,
): Kernel<Merge<NetsOf<F>, NetsOf<H>>, InputsOf<F>, OutputsOf<H>, ObstaclesOf<F> | ObstaclesOf<H>> => {
  const first = kernelOf<Arrow>(f) as AnyKernel
  const second = kernelOf<Arrow>(g) as AnyKernel
  throwAll([
    ...composeFaults(first.output, second.input),
    ...netFaults(first.nets, second.nets, 'two kernels'),
  ])
  return {
    tag: 'kernel',
    nets: { ...second.nets, ...first.nets },
    input: first.input,
    output: second.output,
    obstacles: [...first.obstacles, ...second.obstacles],
    arrow: (env: ArrowEnvironment) => (inputs: Values) => second.arrow(env)(first.arrow(env)(inputs)),
  } as never
}

/** f and g side by side, independent of each other. */
export const product = <F extends Arrow, H extends Arrow>(
  f: F,
  g: H & Disjoint<F, H>,
): Kernel<
  Merge<NetsOf<F>, NetsOf<H>>,
  Merge<InputsOf<F>, InputsOf<H>>,
  Merge<OutputsOf<F>, OutputsOf<H>>,
  ObstaclesOf<F> | ObstaclesOf<H>
> => {
  const left = kernelOf<Arrow>(f) as AnyKernel
  const right = kernelOf<Arrow>(g) as AnyKernel
  throwAll([
    ...bothFaults(left.input, right.input, 'kernels take an input', renameOne),
    ...bothFaults(left.output, right.output, 'kernels give an output', renameOne),
    ...netFaults(left.nets, right.nets, 'two kernels'),
  ])
  return {
    tag: 'kernel',
    nets: { ...right.nets, ...left.nets },
    input: { ...left.input, ...right.input },
    output: { ...left.output, ...right.output },
    obstacles: [...left.obstacles, ...right.obstacles],
    arrow: (env: ArrowEnvironment) => (inputs: Values) => ({
      ...left.arrow(env)(inputs),
      ...right.arrow(env)(inputs),
    }),
  } as never
}

/** Keeps these outputs and integrates the others out. */
export const marginal = <F extends Arrow, const K extends string>(
  f: F,
  names: readonly K[] & AreOutputs<F, K>,
): Kernel<NetsOf<F>, InputsOf<F>, Pick<OutputsOf<F>, K & keyof OutputsOf<F>>, ObstaclesOf<F>> => {
  const kernel = kernelOf<Arrow>(f) as AnyKernel
  const kept = names as readonly string[]
  const known = Object.keys(kernel.output)
  throwAll(
    kept
      .filter((name) => !known.includes(name))
      .map((name) =>
        fault(name, `'${name}' is no output of this kernel`, `the outputs are ${known.join(', ') || 'none'}`),
      ),
  )
  const visible = wiring(kernel.output, toItself(kept))
  return {
    ...kernel,
    output: visible.output,
    arrow: (env: ArrowEnvironment) => (inputs: Values) => visible.arrow(env)(kernel.arrow(env)(inputs)),
  } as never
}

const fault = (where: string, message: string, remedy: string): GiryError =>
  giryError('model', where, message, remedy)

const composeFaults = (outputs: Givens, inputs: Givens): readonly GiryError[] => [
  ...feedFaults(outputs, inputs, 'kernel gives'),
  ...Object.keys(inputs)
    .filter((name) => !(name in outputs))
    .map((name) =>
      fault(
        name,
        `input '${name}' of the second kernel is no output of the first`,
        'rename it with copy, or let it pass through with product and identity',
      ),
    ),
]

const renameOne = (): string => 'rename one of them with copy'
