/**
 * Tables of text: the first column to the left, the others to the right.
 */

/** A row: one text for each column. */
export type Row = readonly string[]

/** A number with so many digits after the point. */
export const fixed = (x: number, digits = 2): string => x.toFixed(digits)

/** A quotient, `12.3 ×`. */
export const times = (x: number): string => `${x >= 10 ? fixed(x, 1) : fixed(x)} ×`

/** A share of the whole, `12 %`. */
export const percent = (x: number): string => `${(100 * x).toFixed(0)} %`

/** The rows below their heads, as a Markdown table that is also readable as it is. */
export const table = (heads: Row, rows: readonly Row[]): string => {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => (row[i] ?? '').length)))
  const line = (cells: Row): string =>
    `| ${cells.map((c, i) => (i === 0 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((n, i) => (i === 0 ? '-'.repeat(n) : `${'-'.repeat(n - 1)}:`)).join(' | ')} |`
  return [line(heads), rule, ...rows.map(line)].join('\n')
}
