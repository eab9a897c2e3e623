/**
 * A derivation as plain text in Unicode, at most 98 columns wide: equations aligned at their relation, reasons in a column
 * of their own where they fit, under the equation where they do not. Tested in tests/inference/derive.test.ts.
 */
import type { Contents, SiteLine } from './contents.js'
import { type Prose, type Summand, signBefore, total } from './formula.js'
import type { Step } from './steps.js'
import type { DerivedTerm } from './terms.js'

const width = 98

/** The derivation as plain text. */
export const toText = (c: Contents): string =>
  [
    [proseText(c.title)],
    siteBlock(c.sites),
    [...c.definitions.flatMap((d) => filled(proseText(d), 2)), ...equations(c.factorizations)],
    equations(c.evidence),
    equations(c.bound),
    c.terms.flatMap(termLines),
    c.remarks.flatMap((r) => filled(proseText(r), 2)),
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')

/** A sentence as plain text. */
const proseText = (prose: Prose): string =>
  prose.map((part) => (typeof part === 'string' ? part : part.text)).join('')

const columns = (s: string): number => [...s].length
const pad = (s: string, n: number): string => s + ' '.repeat(Math.max(0, n - columns(s)))
const widest = (all: readonly string[]): number => Math.max(0, ...all.map(columns))

/** Breaks a line between words; continuations are indented by four more. */
const filled = (line: string, indent: number): readonly string[] => {
  const lines = [' '.repeat(indent)]
  for (const word of words(line)) {
    const last = lines[lines.length - 1] as string
    const empty = last.trim() === ''
    if (empty || columns(last) + 1 + columns(word) <= width)
      lines[lines.length - 1] = empty ? last + word : `${last} ${word}`
    else lines.push(' '.repeat(indent + 4) + word)
  }
  return lines
}

/** The longest parenthesis that is kept on one line. */
const longestWord = 60

/** Words, where a parenthesis and the differentials after an integrand stay with what they belong to. */
const words = (line: string): readonly string[] => {
  const found: string[] = []
  let depth = 0
  for (const word of line.split(' ')) {
    const last = found[found.length - 1]
    const differential =
      /^d\S/.test(word) && last !== undefined && /(\]|^d\S*)$/.test(last.split(' ').at(-1) as string)
    if (last !== undefined && (differential || depth > 0) && columns(last) + columns(word) < longestWord)
      found[found.length - 1] = `${last} ${word}`
    else found.push(word)
    depth += word.split('(').length - word.split(')').length
  }
  return found
}

const siteBlock = (sites: readonly SiteLine[]): readonly string[] => {
  const left = widest(sites.map((l) => l.variable.text))
  const law = widest(sites.map((l) => `${l.law.text} on ${l.space}`))
  return sites.flatMap((l, i) => {
    const side = sites[i - 1]?.side === l.side ? ' ' : l.side
    const notes = l.notes.join('; ')
    const line =
      `${side}   ${pad(l.variable.text, left)} ~ ${pad(`${l.law.text} on ${l.space}`, law)}   ${notes}`.trimEnd()
    return columns(line) + 2 <= width
      ? [`  ${line}`]
      : filled(`${side}   ${l.variable.text} ~ ${l.law.text} on ${l.space}   ${notes}`.trimEnd(), 2)
  })
}

interface Row {
  readonly lines: readonly string[]
  readonly reason: string
}

const equations = (steps: readonly Step[]): readonly string[] => {
  const left = widest(steps.map((s) => s.left.text))
  const rows = steps.map((s, i) => equation(s, left, steps[i - 1]?.left.text === s.left.text))
  const room = width - gap - widest(rows.map((r) => r.reason).filter((r) => columns(r) <= longestReason))
  const column = gap + Math.max(0, ...rows.map((r) => columns(lastOf(r))).filter((w) => w <= room))
  return rows.flatMap((r) => withReason(r, column, left + 7))
}

const gap = 3

/** Longer reasons do not move the column of the others. */
const longestReason = 46

const lastOf = (r: Row): string => r.lines[r.lines.length - 1] as string

/** The reason in its column, else right after its equation, else under it. */
const withReason = (r: Row, column: number, indent: number): readonly string[] => {
  if (r.reason === '') return r.lines
  const beside = Math.max(column, columns(lastOf(r)) + gap)
  return beside + columns(r.reason) <= width
    ? [...r.lines.slice(0, -1), pad(lastOf(r), beside) + r.reason]
    : [...r.lines, ...filled(`(${r.reason})`, indent)]
}

/** An equation on one line, else a line for each summand. */
const equation = (step: Step, left: number, continues: boolean): Row => {
  const start = `  ${pad(continues ? '' : step.left.text, left)} ${step.relation} `
  const whole = start + total(step.summands).text
  const reason = proseText(step.reason)
  if (columns(whole) <= width) return { lines: [whole], reason }
  const lines = step.summands.flatMap((s, i) => filled(summandText(s, i), columns(start) - (i === 0 ? 0 : 2)))
  return { lines: lines.map((line, i) => (i === 0 ? start + line.slice(columns(start)) : line)), reason }
}

const summandText = (s: Summand, i: number): string =>
  `${signBefore(s.sign, i, 'text').trimStart()}${s.body.text}`

const termLines = (t: DerivedTerm): readonly string[] => [
  ...filled(t.formula.text, 2),
  ...t.explanation.flatMap((line) => filled(proseText(line), 6)),
]
