/**
 * draw(kernel, { noise, given, params, axes }): one draw of the outputs for each element of the axes and of the inputs.
 *
 *   noise of the k-th draw of a site named s: noise.child(s).child(k)
 *
 * so the draws of compose(compose(f, g), h) and compose(f, compose(g, h)) are the same numbers, and two kernels that
 * each draw a site `z` draw independently. Tested in tests/dsl/kernels/draw.test.ts.
 */
import {
  type AnyKernel,
  type Arrow,
  type InputsOf,
  kernelOf,
  type NetsOf,
  type OutputsOf,
  type Values,
} from '../kernel.js'
import type { Noise } from '../noise.js'
import { type NetParams, type Params, tensorsOf } from '../params.js'
import { functionsOf } from '../run.js'
import type { ValueIn } from '../space.js'
import { type AnyValue, type Axis, unionAxes } from '../value.js'

/** The inputs of a kernel as values. */
type GivenValues<G> = { readonly [K in keyof G]: ValueIn<G[K]> }

/** Whether a record is without entries, or its names are not known to the compiler. */
type MayBeEmpty<A> = string extends keyof A ? true : keyof A extends never ? true : false

/** What a draw needs: noise, and inputs and params where the kernel has any. */
export type DrawInputs<T, G> = {
  readonly noise: Noise
  /** Draws along further axes. */
  readonly axes?: readonly Axis[]
} & (MayBeEmpty<G> extends true ? { readonly given?: GivenValues<G> } : { readonly given: GivenValues<G> }) &
  (MayBeEmpty<T> extends true ? { readonly params?: Params<T> } : { readonly params: Params<T> })

/** The functions of the nets of a kernel. */
export const functionsOfKernel = (kernel: AnyKernel, params: unknown): Readonly<Record<string, unknown>> =>
  functionsOf(kernel.nets, tensorsOf(kernel.nets, (params ?? {}) as Readonly<Record<string, NetParams>>))

/** Tells how often each name was asked for before. */
export const counter = (): ((name: string) => number) => {
  const counts = new Map<string, number>()
  return (name) => {
    const k = counts.get(name) ?? 0
    counts.set(name, k + 1)
    return k
  }
}

/** Draws the outputs of a kernel from explicit noise. */
export const draw = <A extends Arrow>(
  arrow: A,
  options: DrawInputs<NetsOf<A>, InputsOf<A>>,
): { readonly [K in keyof OutputsOf<A>]: ValueIn<OutputsOf<A>[K]> } => {
  const kernel = kernelOf<Arrow>(arrow) as AnyKernel
  const {
    noise,
    axes = [],
    given = {},
    params,
  } = options as DrawInputs<unknown, unknown> & { given?: Values; params?: unknown }
  const data = unionAxes(Object.values<AnyValue>(given))
  const occurrence = counter()
  return kernel.arrow({
    functions: functionsOfKernel(kernel, params),
    choose: (name, site, d) =>
      d.sample(noise.child(name).child(`${occurrence(name)}`), [
        ...axes,
        ...(site.scope === 'datum' ? data : []),
        ...site.plates,
      ]),
  })(given) as never
}
