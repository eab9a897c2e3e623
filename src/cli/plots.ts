/**
 * Plots as Vega-Lite specifications, which are plain data, and their rendering to SVG and PNG.
 *
 *   lossCurve          bound against training step: training a thin line, held-out points with their values
 *   codePlaneScatter   two-dimensional codes, colored by class
 *
 * Units: steps; nats per datum. Bounds are what is maximized, so up is better. Nothing is fetched, no canvas is
 * needed. Errors: a promise that rejects where Vega refuses a specification.
 * Fonts: SVG leaves them to the reader; PNG takes those of the machine, and shows no text where there are none.
 * Tested in tests/cli/plots.test.ts.
 */
import { Resvg } from '@resvg/resvg-js'
import type { TopLevelSpec } from 'vega-lite'

/** A plot as data. */
export type VegaLiteSpec = TopLevelSpec

/** One line of a history; what was not measured at that step is absent. */
export type HistoryPoint = {
  readonly step: number
  readonly epoch: number
  readonly trainElbo?: number
  readonly heldOutElbo?: number
}

/** A code in the plane and the class that colors it. */
export type CodePoint = { readonly x: number; readonly y: number; readonly label: string | number }

type Point = { readonly step: number; readonly elbo: number }

const FONT = 'Inter, "Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif'
const TRAINING = '#8aa4c8'
const TRAINING_TEXT = '#5c7aa6'
const HELD_OUT = '#c2410c'
const INK = '#3b4252'

/** Points of the drawn line at most: more cannot be told apart, and make the file large. */
const LINE_POINTS = 500
/** The share of the first steps that the range of the plot ignores: the climb from the start flattens the rest. */
const WARM_UP = 0.06

const config = {
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

const text = { type: 'text', align: 'right', fontSize: 12, fontWeight: 600 } as const

const SIZE = { width: 720, height: 360, autosize: { type: 'fit', contains: 'padding' } } as const

const points = (history: readonly HistoryPoint[], field: 'trainElbo' | 'heldOutElbo'): readonly Point[] =>
  history.flatMap(({ step, [field]: elbo }) =>
    elbo !== undefined && Number.isFinite(elbo) ? [{ step, elbo }] : [],
  )

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** Averages neighbors until at most `LINE_POINTS` remain. */
const thin = (line: readonly Point[]): readonly Point[] => {
  const block = Math.ceil(line.length / LINE_POINTS)
  if (block <= 1) return line
  return Array.from({ length: Math.ceil(line.length / block) }, (_, i) => {
    const part = line.slice(i * block, (i + 1) * block)
    return { step: mean(part.map((p) => p.step)), elbo: mean(part.map((p) => p.elbo)) }
  })
}

const extent = (values: readonly number[]): readonly [number, number] => [
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
]

/** The range of the bound after the warm-up, with room for the labels above and below. */
const boundRange = (training: readonly Point[], heldOut: readonly Point[]): [number, number] => {
  const last = Math.max(0, ...[training.at(-1), heldOut.at(-1)].map((p) => p?.step ?? 0))
  const settled = [...training.filter(({ step }) => step >= WARM_UP * last), ...heldOut].map((p) => p.elbo)
  if (settled.length === 0) return [-1, 0]
  const [low, high] = extent(settled)
  const room = 0.08 * (high - low) || 1
  return [low - room, high + room]
}

const signed = (value: number): string => value.toFixed(1).replace('-', '\u2212')

/** At most eight held-out points carry their value, the last one always; its label also says what the points are. */
const heldOutLabels = (heldOut: readonly Point[]) => {
  const last = heldOut.length - 1
  const every = Math.ceil(heldOut.length / 8)
  return heldOut
    .map((p, i) => ({ ...p, text: i === last ? `held-out ${signed(p.elbo)}` : signed(p.elbo) }))
    .filter((_, i) => (last - i) % every === 0)
}

/** A third along the line, whose upper left a climbing, flattening curve leaves free. */
const trainingLabel = (training: readonly Point[]) =>
  training
    .slice(Math.floor(training.length / 3))
    .slice(0, 1)
    .map((p) => ({ ...p, text: 'training' }))

/** Whether the held-out points lie below the line beside them, where their labels then go as well. */
const liesBelow = (heldOut: readonly Point[], training: readonly Point[]): boolean => {
  const beside = (step: number) => training.filter((p) => p.step <= step).slice(-10)
  return (
    heldOut.filter(({ step, elbo }) => beside(step).some((p) => p.elbo > elbo)).length * 2 >= heldOut.length
  )
}

/**
 * The bound over the steps of training. The line of training bounds is thinned and clipped to the range that
 * it has after its first climb; held-out bounds are points, joined and labeled with their values.
 */
export const lossCurve = (history: readonly HistoryPoint[]): VegaLiteSpec => {
  const training = thin(points(history, 'trainElbo'))
  const heldOut = points(history, 'heldOutElbo')
  const [, lastStep] = extent([0, ...history.map(({ step }) => step)])
  const x = {
    field: 'step',
    type: 'quantitative' as const,
    title: 'training step',
    scale: { domain: [0, lastStep], nice: false },
    axis: { grid: false, format: ',d', tickCount: 8 },
  }
  const y = {
    field: 'elbo',
    type: 'quantitative' as const,
    title: 'evidence lower bound (nats per datum)',
    scale: { domain: boundRange(training, heldOut), nice: true, zero: false },
    axis: { tickCount: 7 },
  }
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: 'The evidence lower bound over the steps of training, in nats per datum',
    ...SIZE,
    padding: { left: 12, right: 28, top: 14, bottom: 12 },
    config,
    layer: [
      {
        data: { values: [...training] },
        mark: { type: 'line', color: TRAINING, strokeWidth: 1, clip: true },
        encoding: { x, y },
      },
      {
        data: { values: [...heldOut] },
        mark: { type: 'line', color: HELD_OUT, strokeWidth: 1.5, strokeDash: [3, 3], clip: true },
        encoding: { x, y },
      },
      {
        data: { values: [...heldOut] },
        mark: { type: 'point', color: HELD_OUT, filled: true, size: 64, opacity: 1 },
        encoding: { x, y },
      },
      {
        data: { values: heldOutLabels(heldOut) },
        mark: { ...text, color: HELD_OUT, dx: 10, dy: liesBelow(heldOut, training) ? 24 : -18 },
        encoding: { x, y, text: { field: 'text' } },
      },
      {
        data: { values: trainingLabel(training) },
        mark: { ...text, color: TRAINING_TEXT, dx: -8, dy: -14 },
        encoding: { x, y, text: { field: 'text' } },
      },
    ],
  }
}

const byNumberThenText = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1

/** Codes in the plane: one small dot each, one color a class, both axes to the same scale. */
export const codePlaneScatter = (codes: readonly CodePoint[]): VegaLiteSpec => {
  const classes = [...new Set(codes.map(({ label }) => label))].sort(byNumberThenText)
  const finite = codes.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  const [, reach] = extent([1, ...finite.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)])])
  const axis = (field: 'x' | 'y', title: string) => ({
    field,
    type: 'quantitative' as const,
    title,
    scale: { domain: [-reach, reach], nice: true },
    axis: { tickCount: 7 },
  })
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: 'The codes of the held-out data, colored by class',
    width: 460,
    height: 460,
    padding: 12,
    config,
    data: { values: finite.map(({ x, y, label }) => ({ x, y, label: String(label) })) },
    mark: { type: 'circle', size: 14, opacity: 0.65 },
    encoding: {
      x: axis('x', 'first coordinate of the code'),
      y: axis('y', 'second coordinate of the code'),
      color: {
        field: 'label',
        type: 'nominal',
        title: 'class',
        sort: classes.map(String),
        scale: { domain: classes.map(String), scheme: classes.length > 10 ? 'category20' : 'category10' },
        legend: { symbolSize: 90, symbolOpacity: 1 },
      },
    },
  }
}

/** The SVG of a plot, with a transparent ground. Vega is loaded at the first call: it takes half a second. */
export const renderSvg = async (spec: VegaLiteSpec): Promise<string> => {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')])
  const compiled = vegaLite.compile({ background: 'transparent', ...spec }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Warn })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

/** The PNG of an SVG on white, at twice its size for sharp text. */
export const renderPng = (svg: string): Uint8Array =>
  new Resvg(svg, {
    background: 'white',
    fitTo: { mode: 'zoom', value: 2 },
  })
    .render()
    .asPng()
