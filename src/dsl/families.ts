/**
 * hasClosedForm(q, p): whether KL(q ‖ p) has a closed form, from the names of the families alone; the run-time twin of
 * the type `HasKl`. A product has one when its parts have: `iid(normal)`, `independent(normal,laplace)`.
 * Some pairs have one only where they share a parameter; `unlike` says which of these surely differ.
 */
import { type KlTable, klTable } from './kl.js'

/** The parts of `product(…)`, cut at the commas outside of inner parentheses; undefined for another family. */
export const partsOf = (product: string, family: string): readonly string[] | undefined => {
  if (!family.startsWith(`${product}(`) || !family.endsWith(')')) return undefined
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const c of family.slice(product.length + 1, -1)) {
    depth += c === '(' ? 1 : c === ')' ? -1 : 0
    if (c === ',' && depth === 0) {
      parts.push(part)
      part = ''
    } else part += c
  }
  return [...parts, part]
}

/** Whether a pair of families has a closed form in the table. */
export const hasClosedForm = (q: string, p: string, table: KlTable = klTable): boolean =>
  Object.hasOwn(table, `${q}|${p}`) ||
  ['iid', 'independent'].some((product) => {
    const qs = partsOf(product, q)
    const ps = partsOf(product, p)
    return (
      qs !== undefined &&
      ps !== undefined &&
      qs.length === ps.length &&
      qs.every((part, i) => hasClosedForm(part, ps[i] as string, table))
    )
  })

/** A family with its parameters that are plain numbers. */
export interface Outline {
  readonly family: string
  readonly constants: Readonly<Record<string, number>>
}

/** The constants that a closed form asks to be equal, and are not. */
export const unlike = (q: Outline, p: Outline, table: KlTable = klTable): readonly string[] =>
  table[`${q.family}|${p.family}`]?.applies === undefined
    ? []
    : Object.keys(q.constants).filter(
        (name) => name in p.constants && q.constants[name] !== p.constants[name],
      )
