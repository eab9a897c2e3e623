/**
 * One call of a tfjs kernel, as a reader of calls sees it: named inputs as places of the graph, and the raw attributes.
 *
 * A reader writes the call into the graph in its normal form and answers with the place of the output, or the places of
 * the outputs where the kernel has several.
 */
import type { Builder, ComputingKernel } from '../graph/builder.js'
import type { Ref } from '../graph/graph.js'
import type { KernelAttributes } from '../graph/kernels.js'

/** A call of a kernel that is being recorded. */
export interface Call {
  readonly kernel: string
  readonly build: Builder
  /** The input of this name. */
  readonly input: (name: string) => Ref
  /** Whether there is an input of this name. */
  readonly has: (name: string) => boolean
  /** All inputs in order, of a kernel that takes a list. */
  readonly list: () => readonly Ref[]
  /** Shape of a node. */
  readonly shape: (ref: Ref) => readonly number[]
  /** The attributes, as tfjs passes them. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Records one call; answers with its output or outputs. */
export type Reader = (call: Call) => Ref | readonly Ref[]

/** Readers by the name of the tfjs kernel. */
export type Readers = Readonly<Record<string, Reader>>

/** A number attribute. */
export const numberOf = (call: Call, name: string): number => call.attributes[name] as number
/** A flag, false if left out. */
export const flagOf = (call: Call, name: string): boolean => call.attributes[name] === true
/** A list of numbers. */
export const listOf = (call: Call, name: string): readonly number[] =>
  call.attributes[name] as readonly number[]

/** A reader for a kernel that keeps its name and takes these inputs in this order. */
export const plain =
  <K extends ComputingKernel>(
    kernel: K,
    inputs: readonly string[],
    attributes: (call: Call) => KernelAttributes[K],
  ): Reader =>
  (call) =>
    call.build.add(kernel, inputs.map(call.input), attributes(call))

/** No attributes. */
export const none = (): Record<never, never> => ({})

/** Readers of several kernels that are read alike. */
export const alike = <K extends string>(
  names: readonly K[],
  reader: (name: K) => Reader,
): { readonly [N in K]: Reader } =>
  Object.fromEntries(names.map((n) => [n, reader(n)])) as { readonly [N in K]: Reader }
