/**
 * derive(p, q): the derivation of the evidence lower bound for this very model, in nats per datum.
 *
 *   log P(x) = ∫ q(z | x) log P(x) dz = … = L_b + KL(q(z | x) ‖ P(z | x)) >= L_b
 *   L_b      = E_q[log p(x | z)] − KL(q(z | x) ‖ p(z))
 *
 * It ends with each term and how `elbo` with the same options computes it: both read one plan (plan.ts), so the derivation
 * cannot say other than is done. It prints as text; toMarkdown and toLatex lay the same contents out for documents.
 * Errors: those of `elbo`, in the same words. Tested in tests/inference/derive.test.ts.
 */

import type { AskedMethod, GradientMethod } from '../dsl/gradientMethods.js'
import type { AnyModel, Model } from '../dsl/model.js'
import type { Fits, Latents } from '../dsl/rules.js'
import { type Contents, contentsOf } from './derive/contents.js'
import { toLatex } from './derive/latex.js'
import { toMarkdown } from './derive/markdown.js'
import type { Step } from './derive/steps.js'
import type { DerivedTerm } from './derive/terms.js'
import { toText } from './derive/text.js'
import { type BoundOptions, elbo } from './elbo.js'
import { planBound } from './plan.js'

/** The derivation of a bound. */
export interface Derivation {
  /** From log P(x) to the terms of the bound, each step with its reason. */
  readonly steps: readonly Step[]
  /** The terms of the bound, each with its method. */
  readonly terms: readonly DerivedTerm[]
  /** Plain text in Unicode, under 100 columns. */
  toText(): string
  /** Markdown with `$…$` and `$$…$$`. */
  toMarkdown(): string
  /** A LaTeX document. */
  toLatex(): string
  /** The plain text. */
  toString(): string
}

/** What Node's console asks a value that it prints. */
const printedAs = (text: () => string): object => ({ [Symbol.for('nodejs.util.inspect.custom')]: text })

const derivation = (c: Contents): Derivation => {
  const text = (): string => toText(c)
  return {
    steps: [...c.evidence, ...c.bound],
    terms: c.terms,
    toText: text,
    toMarkdown: () => toMarkdown(c),
    toLatex: () => toLatex(c),
    toString: text,
    ...printedAs(text),
  }
}

/** Derives the bound of p and q; does not compile unless q fits p. */
export const derive = <
  TP,
  GP,
  RP,
  TQ,
  GQ,
  RQ,
  const M extends { readonly [K in Latents<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>]?: AskedMethod } = object,
>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: BoundOptions<Model<TQ, GQ, RQ>, M> = {},
): Derivation => {
  // Refuses what elbo refuses.
  elbo(p, q, options)
  const sites = (options.sites ?? {}) as Readonly<Record<string, GradientMethod | undefined>>
  const mp = p as unknown as AnyModel
  const mq = q as unknown as AnyModel
  return derivation(contentsOf(mp, mq, planBound(mp, mq, { ...options, sites })))
}
