/**
 * A model and its variational family in words: their graph lines, and the derivation of their bound.
 */
import { graphLine } from '../dsl/dot.js'
import { derive } from '../inference/derive.js'
import type { BuiltFamily } from '../models/family.js'

/** The forms of a derivation. */
export const formats = ['text', 'markdown', 'latex'] as const

/** The model, then its variational family, in two lines. */
export const graphOf = ({ p, q }: BuiltFamily): string => `p: ${graphLine(p)}\nq: ${graphLine(q)}`

/** The derivation of the bound. */
export const derivationOf = ({ p, q }: BuiltFamily, format: (typeof formats)[number] = 'text'): string => {
  const derivation = derive(p, q)
  if (format === 'markdown') return derivation.toMarkdown()
  return format === 'latex' ? derivation.toLatex() : derivation.toText()
}
