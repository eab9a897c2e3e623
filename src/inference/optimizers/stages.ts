/**
 * A chain of parts as few passes over the arrays: neighbors that can be fused become one.
 *
 *   fused fused | plain | fused        a plain part stands alone
 *   fused | fused, with norm           the norm of the updates must be known before the pass that uses it
 *
 * Between passes the updates are stored. A chain that is applied to parameters begins and ends with a fused stage, empty if
 * need be: the first takes the sign of descent and checks the gradient, the last adds the update to the parameter.
 * Tested in tests/inference/optimizers/stages.test.ts.
 */
import { type Expression, input, scalar } from '../../runtime/fused/expression.js'
import type { FusedPart, PlainPart, Program } from './parts.js'

/** A part and its number in the chain, by which its states and scalars are named. */
export interface Numbered {
  readonly part: FusedPart
  readonly index: number
}

/** One pass over the arrays. */
export type Stage = { readonly tag: 'fused'; readonly parts: readonly Numbered[] } | PlainPart

/** The stages of a chain; `ends` asks for fused stages at both ends. */
export const stagesOf = (program: Program, ends: boolean): readonly Stage[] => {
  const stages: Stage[] = []
  let open: Numbered[] = []
  const close = (always: boolean): void => {
    if (always || open.length > 0) stages.push({ tag: 'fused', parts: open })
    open = []
  }
  program.forEach((part, index) => {
    if (part.tag === 'plain') {
      close(ends && stages.length === 0)
      stages.push(part)
    } else {
      if (part.needsNorm) close(false)
      open.push({ part, index })
    }
  })
  close(ends)
  return stages
}

/** The name of a state or scalar of the part with a number. */
export const qualified = (index: number, name: string): string => `${index}.${name}`

const expressions = (names: readonly string[], of: (name: string) => Expression) =>
  Object.fromEntries(names.map((name) => [name, of(name)]))

/** The parts of a stage as expressions: the update that leaves it, and the new states under their full names. */
export const compose = (
  parts: readonly Numbered[],
  u: Expression,
  theta: Expression,
): { readonly u: Expression; readonly states: Readonly<Record<string, Expression>> } => {
  const states: Record<string, Expression> = {}
  let flowing = u
  for (const { part, index } of parts) {
    const next = part.update({
      u: flowing,
      theta,
      states: expressions(part.states, (s) => input(qualified(index, s))),
      scalars: expressions(Object.keys(part.scalars), (s) => scalar(qualified(index, s))),
    })
    for (const s of part.states) states[qualified(index, s)] = next.states[s] as Expression
    flowing = next.u
  }
  return { u: flowing, states }
}
