/**
 * The parts that optimizers are made of: fused ones, declared by expressions, and plain ones, written in JavaScript.
 *
 *   u <- f(u, θ, s; c),  s <- h(u, θ, s; c)        entry by entry, c numbers that are computed once per step
 *
 * A fused part says what f, h and c are; a chain of them runs as one loop (`stages.ts`). A part may depend on the Euclidean
 * norm of all updates together through c; that takes a pass of its own before.
 */
import type { Expression } from '../../runtime/fused/expression.js'

/** Named arrays. */
export type Arrays = Readonly<Record<string, Float32Array>>

/** What a plain transformation may look at. */
export interface StepContext {
  /** Number of the update, from 1. */
  readonly step: number
  /** Parameters before the update: not to be written, and not to be kept, for later updates write over them. */
  readonly params: Arrays
}

/** A running transformation: rewrites the updates in place. */
export type Running = (updates: Arrays, context: StepContext) => void

/** Numbers of a step from which scalars are computed. */
export interface StepFacts {
  /** Number of the update, from 1. */
  readonly step: number
  /** Euclidean norm of all updates together; NaN unless the part asks for it by `needsNorm`. */
  readonly norm: number
}

type Named<Name extends string> = Readonly<Record<Name, Expression>>

/** One entry, as expressions: its update, its parameter, its states, and the scalars of the step. */
export interface Entry<State extends string = string, Scalar extends string = string> {
  readonly u: Expression
  readonly theta: Expression
  readonly states: Named<State>
  readonly scalars: Named<Scalar>
}

/** A part that runs fused with its neighbors. */
export interface FusedPart<State extends string = string, Scalar extends string = string> {
  readonly tag: 'fused'
  /** Names of its states, one number per entry, 0 at the start. */
  readonly states: readonly State[]
  /** Its scalars, computed in float64 and rounded to float32. */
  readonly scalars: Readonly<Record<Scalar, (facts: StepFacts) => number>>
  /** Whether the scalars depend on the norm of the updates. */
  readonly needsNorm: boolean
  /** The new update and the new states. */
  readonly update: (entry: Entry<State, Scalar>) => { readonly u: Expression; readonly states: Named<State> }
}

/** A part in plain JavaScript. */
export interface PlainPart {
  readonly tag: 'plain'
  readonly init: (params: Arrays) => Running
}

/** One part of a chain. */
export type Part = FusedPart | PlainPart

/** The parts of a chain, in order. */
export type Program = readonly Part[]
