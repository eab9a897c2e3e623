/**
 * A derivation as Markdown with `$…$` and `$$…$$`, as GitHub, Jupyter and Pandoc read it: tables for the declared sites and
 * for the terms, one display block for each chain of equations. Tested in tests/inference/derive.test.ts.
 */
import type { Contents, SiteLine } from './contents.js'
import type { Formula, Prose } from './formula.js'
import { alignedRows, type Layout } from './latex.js'
import type { Step } from './steps.js'
import type { DerivedTerm } from './terms.js'

/** The derivation as Markdown. */
export const toMarkdown = (c: Contents): string =>
  `${[
    `## ${proseMarkdown(c.title)}`,
    table(['', 'site', 'law', 'space', ''], c.sites.map(siteCells)),
    ...c.definitions.map((d) => `${proseMarkdown(d)}.`),
    display(c.factorizations),
    display(c.evidence),
    display(c.bound),
    table(['term', 'how it is computed'], c.terms.map(termCells)),
    c.remarks.map((r) => `- ${proseMarkdown(r)}`).join('\n'),
  ]
    .filter((block) => block !== '')
    .join('\n\n')}\n`

const inline = (f: Formula): string => `$${f.latex}$`

/** A sentence in Markdown. */
const proseMarkdown = (prose: Prose): string =>
  prose.map((part) => (typeof part === 'string' ? escaped(part) : inline(part))).join('')

const escaped = (words: string): string => words.replace(/[\\`*_|$<]/g, (c) => `\\${c}`)

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const siteCells = (l: SiteLine): readonly string[] => [
  `$${l.side}$`,
  inline(l.variable),
  inline(l.law),
  `\`${l.space}\``,
  escaped(l.notes.join('; ')),
]

const termCells = (t: DerivedTerm): readonly string[] => [
  inline(t.formula),
  t.explanation.map(proseMarkdown).join('; '),
]

/** Blocks in which a Markdown reader must not find its own signs: rows end with `\cr`, since `\\` may lose a backslash. */
const layout: Layout = { newRow: ' \\cr', column: '&&' }

const display = (steps: readonly Step[]): string =>
  steps.length === 0
    ? ''
    : ['$$', '\\begin{aligned}', ...alignedRows(steps, layout), '\\end{aligned}', '$$'].join('\n')
