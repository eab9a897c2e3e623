/**
 * What every plot shares: its type, colors and fonts.
 *
 * Plots are Vega-Lite specifications, which are plain data; `render.ts` turns them to SVG and PNG. Fonts: SVG leaves them to
 * the reader; PNG takes those of the machine, and shows no text where there are none.
 */
import type { TopLevelSpec } from 'vega-lite'

/** A plot as data. */
export type VegaLiteSpec = TopLevelSpec

/** The version of the grammar. */
export const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json'

const FONT = 'Inter, "Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif'
/** The color of text. */
export const INK = '#3b4252'

const LINE_POINTS = 500

/** Axes, legends and fonts of every plot. */
export const config = {
  font: FONT,
  view: { stroke: null },
  axis: {
    domainColor: '#b8bfca',
    tickColor: '#b8bfca',
    gridColor: '#e8ebf0',
    labelColor: INK,
    titleColor: INK,
    labelFontSize: 12,
    titleFontSize: 13,
    titleFontWeight: 500,
    titlePadding: 10,
    tickSize: 4,
  },
  legend: { labelColor: INK, titleColor: INK, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500 },
} as const

/** The smallest and the largest of the values. */
export const extent = (values: readonly number[]): readonly [number, number] => [
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
]

/** The mean of the values. */
export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** Averages neighbors until at most `most` points remain: more cannot be told apart, and make the file large. */
export const thin = <P extends Readonly<Record<string, number>>>(
  line: readonly P[],
  most = LINE_POINTS,
): readonly P[] => {
  const block = Math.ceil(line.length / most)
  if (block <= 1) return line
  return Array.from({ length: Math.ceil(line.length / block) }, (_, i) => {
    const part = line.slice(i * block, (i + 1) * block)
    const names = Object.keys(part[0] as P)
    return Object.fromEntries(names.map((name) => [name, mean(part.map((p) => p[name] as number))])) as P
  })
}
