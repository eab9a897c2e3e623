/**
 * A derivation as a LaTeX document, which pdflatex compiles; it needs amsmath, amssymb and geometry. Each chain of equations
 * is one align*, with a row for each summand that would not fit and the reasons in a column of their own.
 * Tested in tests/inference/derive.test.ts.
 */
import type { Contents, SiteLine } from './contents.js'
import { type Formula, type Prose, signBefore, total } from './formula.js'
import type { Step } from './steps.js'
import type { DerivedTerm } from './terms.js'

/** What differs between aligned blocks in LaTeX and in Markdown. */
export interface Layout {
  readonly newRow: string
  readonly column: string
}

const layout: Layout = { newRow: ' \\\\', column: '&&' }

/** The derivation as a LaTeX document. */
export const toLatex = (c: Contents): string =>
  `${[
    '\\documentclass{article}',
    '\\usepackage[a4paper,margin=15mm]{geometry}',
    '\\usepackage{amsmath,amssymb}',
    '\\allowdisplaybreaks',
    '\\setlength{\\parindent}{0pt}',
    '\\begin{document}',
    `\\section*{${proseLatex(c.title)}}`,
    ...display(c.sites.map((l, i) => siteRow(l, c.sites[i - 1]))),
    ...c.definitions.map((d) => `${proseLatex(d)}.\n`),
    ...display(alignedRows(c.factorizations, layout)),
    ...display(alignedRows(c.evidence, layout)),
    ...display(alignedRows(c.bound, layout)),
    ...items(c.terms.map(termItem)),
    ...items(c.remarks.map(proseLatex)),
    '\\end{document}',
  ].join('\n')}\n`

const display = (rows: readonly string[]): readonly string[] =>
  rows.length === 0 ? [] : ['\\begin{align*}', ...rows, '\\end{align*}']

const items = (all: readonly string[]): readonly string[] =>
  all.length === 0 ? [] : ['\\begin{itemize}', ...all.map((item) => `  \\item ${item}`), '\\end{itemize}']

const special: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '‖': '$\\Vert$',
  '×': '$\\times$',
  '≥': '$\\ge$',
}

/** Words, with the signs that LaTeX reads as commands made harmless. */
const escaped = (words: string): string => words.replace(/[\\^~‖×]|[&%$#_{}]/g, (c) => special[c] ?? `\\${c}`)

const proseLatex = (prose: Prose): string =>
  prose.map((part) => (typeof part === 'string' ? escaped(part) : `$${part.latex}$`)).join('')

const termItem = (t: DerivedTerm): string =>
  `$\\displaystyle ${t.formula.latex}$\\\\ ${t.explanation.map(proseLatex).join('; ')}`

const siteRow = (l: SiteLine, before: SiteLine | undefined): string => {
  const side = before?.side === l.side ? '' : l.side
  const row = `${side}&& ${l.variable.latex} &\\sim ${lawLatex(l.law)} && \\text{on ${escaped(l.space)}} && ${textOf(l.notes.join('; '))}`
  return before === undefined ? row.trimEnd() : `\\\\ ${row.trimEnd()}`
}

const lawLatex = (law: Formula): string => law.latex

const textOf = (words: string): string => (words === '' ? '' : `\\text{${escaped(words)}}`)

/** A sentence within mathematics. */
const reasonLatex = (prose: Prose): string =>
  prose.map((part) => (typeof part === 'string' ? `\\text{${part}}` : part.latex)).join('')

/** The rows of a chain of equations: a summand to a row where there are several long ones. */
export const alignedRows = (steps: readonly Step[], { newRow, column }: Layout): readonly string[] => {
  const rows = steps.flatMap((step, i) =>
    stepRows(step, steps[i - 1]?.left.latex === step.left.latex, column),
  )
  return rows.map((row, i) => (i < rows.length - 1 ? `${row}${newRow}` : row))
}

const relations = { '=': '=', '≥': '\\ge' } as const

/** About how many characters, as plain text, make a line. */
const lineLength = 88

const stepRows = (step: Step, continues: boolean, column: string): readonly string[] => {
  const length = step.left.text.length + total(step.summands).text.length
  const bodies = step.summands.map((s, i) => `${signBefore(s.sign, i, 'latex').trimStart()}${s.body.latex}`)
  const lines = length > lineLength ? bodies : [total(step.summands).latex]
  const reason = step.reason.map((part) => (typeof part === 'string' ? part : part.text)).join('')
  const beside = (lines.length > 1 ? length / 2 : length) + reason.length <= lineLength
  const rows = lines.map((line, i) =>
    i > 0
      ? `&\\qquad ${line}`
      : `${continues ? '' : `${step.left.latex} `}&${relations[step.relation]} ${line}`,
  )
  if (reason === '') return rows
  return beside
    ? [`${rows[0]} ${column} ${reasonLatex(step.reason)}`, ...rows.slice(1)]
    : [...rows, `&\\qquad (${reasonLatex(step.reason)})`]
}
