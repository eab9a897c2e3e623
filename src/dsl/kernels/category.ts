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
import { isWithin } from '../domain.js'
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
import { type SameShape, type Shape, sameShape } from '../shape.js'
import type { ShowSpace } from '../space.js'
import { showSpaceOf } from '../value.js'

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
type None = {}
type Keys<A> = Extract<keyof A, string>
type Space<X> = X extends {
  readonly shape: infer S extends Shape
  readonly domain: { readonly marks: infer D }
}
  ? [S, D]
  : never

/** Whether every element of X is one of Y. */
type Feeds<X, Y> = [Space<X>, Space<Y>] extends [
  [infer S extends Shape, infer D],
  [infer P extends Shape, infer E],
]
  ? [SameShape<S, P>, D] extends [true, E]
    ? true
    : false
  : false

/** The sentences that say why outputs O cannot feed the inputs I. */
type ComposeFault<O, I> = string extends keyof I
  ? never
  : {
      [K in Keys<I>]: K extends keyof O
        ? Feeds<O[K], I[K]> extends true
          ? never
          : `input '${K}': the first kernel gives ${ShowSpace<O[K]>} but the second takes ${ShowSpace<I[K]>}`
        : `input '${K}' of the second kernel is no output of the first`
    }[Keys<I>]

type Both<A, B, What extends string> = string extends keyof A | keyof B
  ? never
  : { [K in Keys<A> & keyof B]: `both kernels ${What} '${K}'` }[Keys<A> & keyof B]

/** Accepts what has no fault; otherwise the sentences. */
type Unless<Fault> = [Fault] extends [never] ? unknown : Fault

/** Accepts g when the outputs of f feed its inputs; otherwise the sentences. */
export type Composes<F, H> = Unless<ComposeFault<OutputsOf<F>, InputsOf<H>>>

/** Accepts g when its names are not those of f; otherwise the sentences. */
export type Disjoint<F, H> = Unless<
  Both<InputsOf<F>, InputsOf<H>, 'take an input'> | Both<OutputsOf<F>, OutputsOf<H>, 'give an output'>
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
  throwAll([...composeFaults(first.output, second.input), ...netFaults(first, second)])
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
    ...inBoth(left.input, right.input, 'take an input'),
    ...inBoth(left.output, right.output, 'give an output'),
    ...netFaults(left, right),
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

const composeFaults = (outputs: Givens, inputs: Givens): readonly GiryError[] =>
  Object.entries(inputs).flatMap(([name, takes]) => {
    const gives = outputs[name]
    if (gives === undefined)
      return [
        fault(
          name,
          `input '${name}' of the second kernel is no output of the first`,
          'rename it with copy, or let it pass through with product and identity',
        ),
      ]
    return sameShape(gives.shape, takes.shape) && isWithin(gives.domain, takes.domain)
      ? []
      : [
          fault(
            name,
            `input '${name}': the first kernel gives ${showSpaceOf(gives)} but the second takes ${showSpaceOf(takes)}`,
            'declare the same space on both sides',
          ),
        ]
  })

const inBoth = (a: Givens, b: Givens, what: string): readonly GiryError[] =>
  Object.keys(a)
    .filter((name) => name in b)
    .map((name) => fault(name, `both kernels ${what} '${name}'`, 'rename one of them with copy'))

const netFaults = (f: AnyKernel, g: AnyKernel): readonly GiryError[] =>
  Object.keys(f.nets)
    .filter((name) => name in g.nets && f.nets[name] !== g.nets[name])
    .map((name) =>
      fault(name, `two kernels use the name '${name}' for different nets`, 'give each its own name'),
    )
