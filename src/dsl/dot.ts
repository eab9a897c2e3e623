/**
 * The directed graph of a model, drawn: as Graphviz text and as one line.
 *
 *   toDot(model)      digraph: sites are ellipses, inputs and observed sites shaded, deterministic names diamonds, nets
 *                     boxes with dashed edges to what uses them; plates are clusters, and what is shared or without a
 *                     datum lies outside the plate `datum`
 *   graphLine(model)  z ~ Normal on Real[2] → x ~ Bernoulli on Binary[784]   (nets: decode)
 *
 * In the line `→` leads to a site whose only parents are those just before it; otherwise sites are separated by `;` and
 * name their parents: `m ~ Normal on Real (shared); k ~ Categorical on Category(3); x | m, k ~ Normal on Real`.
 * A deterministic name is transparent: what depends on it depends on its parents, as the graph records them; the line
 * leaves it out. Rendered with `dot -Tsvg`. Tested in tests/dsl/dot.test.ts.
 */
import {
  type AnyModel,
  datumAxis,
  type Entries,
  type Let,
  type Model,
  type Observed,
  type Site,
} from './model.js'
import { type Axis, showSpaceOf } from './value.js'

type Entry = Entries[string]

const isLet = (entry: Entry): entry is Let => entry.kind === 'let'

/** `oneHotCategorical` as a title: `OneHotCategorical`. */
const title = (family: string): string => family.slice(0, 1).toUpperCase() + family.slice(1)

const drawnFrom = (site: Site | Observed): string => `${title(site.family)} on ${showSpaceOf(site.space)}`

// Graphviz text

/** A quoted string of the DOT language, whose lines are centered. */
const quote = (...lines: readonly string[]): string =>
  `"${lines.map((line) => line.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll(/\s+/g, ' ')).join('\\n')}"`

/** A node, and the plates it lies in from the outermost to the innermost. */
interface Node {
  readonly line: string
  readonly plates: readonly string[]
}

const shaded = ', style=filled, fillcolor="#dddddd"'

const inputNodes = (model: AnyModel): readonly Node[] =>
  Object.entries(model.given).map(([name, space]) => ({
    line: `${quote(name)} [shape=ellipse, label=${quote(name, `given ${showSpaceOf(space)}`)}${shaded}]`,
    plates: [datumAxis],
  }))

const plateLabel = (plate: Axis): string => `${plate.name}: ${plate.size}`

/** Whether a name stands for one value per datum. */
const isPerDatum = (model: AnyModel, name: string): boolean => {
  const entry = model.entries[name]
  if (entry === undefined) return name in model.given
  return isLet(entry)
    ? [...entry.parents].some((parent) => isPerDatum(model, parent))
    : entry.scope === 'datum'
}

/** The plates of a name; those of a deterministic one are those of its parents. */
const platesOf = (model: AnyModel, name: string): readonly string[] => {
  const entry = model.entries[name]
  if (entry === undefined) return []
  return isLet(entry)
    ? [...new Set([...entry.parents].flatMap((parent) => platesOf(model, parent)))]
    : entry.plates.map(plateLabel)
}

const entryNodes = (model: AnyModel): readonly Node[] =>
  Object.entries(model.entries).map(([name, entry]) => ({
    line: isLet(entry)
      ? `${quote(name)} [shape=diamond, label=${quote(name)}]`
      : `${quote(name)} [shape=ellipse, label=${quote(name, drawnFrom(entry), ...remarks(entry))}${entry.kind === 'observed' ? shaded : ''}]`,
    plates: [...(isPerDatum(model, name) ? [datumAxis] : []), ...platesOf(model, name)],
  }))

const remarks = (entry: Site | Observed): readonly string[] => [
  ...(entry.scope === 'shared' ? ['shared'] : []),
  ...(entry.kind === 'observed' ? ['observed'] : []),
]

const netNode = (name: string): string => quote(`net ${name}`)

const netNodes = (model: AnyModel): readonly Node[] =>
  Object.entries(model.nets).map(([name, net]) => ({
    line: `${netNode(name)} [shape=box, label=${quote(name, net.description)}, color="#777777"]`,
    plates: [],
  }))

const edges = (model: AnyModel): readonly string[] =>
  Object.entries(model.entries).flatMap(([name, entry]) => [
    ...[...entry.parents].map((parent) => `${quote(parent)} -> ${quote(name)}`),
    ...[...entry.nets].map((net) => `${netNode(net)} -> ${quote(name)} [style=dashed, color="#777777"]`),
  ])

const indent = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`)

/** Nodes within clusters, one for each plate; `path` makes the names of clusters unique. */
const clusters = (nodes: readonly Node[], path: string): readonly string[] => {
  const inner = [...new Set(nodes.flatMap((n) => n.plates.slice(0, 1)))]
  return [
    ...nodes.filter((n) => n.plates.length === 0).map((n) => n.line),
    ...inner.flatMap((plate) => {
      const within = nodes
        .filter((n) => n.plates[0] === plate)
        .map((n) => ({ ...n, plates: n.plates.slice(1) }))
      const here = `${path}/${plate}`
      return [
        `subgraph ${quote(`cluster${here}`)} {`,
        ...indent([
          `label=${quote(plate)}; labeljust=r; labelloc=b; style=rounded`,
          ...clusters(within, here),
        ]),
        '}',
      ]
    }),
  ]
}

/** The graph of a model as Graphviz text: `dot -Tsvg`. */
export const toDot = (model: Model): string => {
  const m = model as AnyModel
  const nodes = [...netNodes(m), ...inputNodes(m), ...entryNodes(m)]
  const body = [
    'node [fontname="Helvetica", fontsize=11]',
    'graph [fontname="Helvetica", fontsize=10]',
    ...clusters(nodes, ''),
    ...edges(m),
  ]
  return ['digraph model {', ...indent(body), '}', ''].join('\n')
}

// One line

const marks = (site: Site | Observed): string => {
  const notes = [...remarks(site), ...site.plates.map((p) => `plate ${plateLabel(p)}`)]
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`
}

const sameNames = (a: Iterable<string>, b: readonly string[]): boolean => {
  const names = [...a]
  return names.length === b.length && names.length > 0 && names.every((name) => b.includes(name))
}

/** One site in the line, after the names just before it. */
const phrase = (name: string, site: Site | Observed, before: readonly string[]): string => {
  const follows = sameNames(site.parents, before)
  const parents = follows || site.parents.size === 0 ? '' : ` | ${[...site.parents].join(', ')}`
  const joint = follows ? ' → ' : before.length === 0 ? '' : '; '
  return `${joint}${name}${parents} ~ ${drawnFrom(site)}${marks(site)}`
}

/** The graph of a model as one line of text. */
export const graphLine = (model: Model): string => {
  const m = model as AnyModel
  const inputs = Object.entries(m.given)
  const given =
    inputs.length === 0
      ? ''
      : `given ${inputs.map(([name, space]) => `${name} on ${showSpaceOf(space)}`).join(', ')}`
  const sites = Object.entries(m.entries).flatMap(([name, entry]) =>
    isLet(entry) ? [] : [[name, entry] as const],
  )
  const phrases = sites.map(([name, site], i) => {
    const last = sites[i - 1]
    return phrase(name, site, last === undefined ? inputs.map(([input]) => input) : [last[0]])
  })
  const nets = Object.keys(m.nets)
  return `${given}${phrases.join('')}${nets.length === 0 ? '' : `   (nets: ${nets.join(', ')})`}`
}
