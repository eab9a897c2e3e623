/**
 * The bound against the training step: training a thin line, held-out points with their values.
 *
 * Units: steps; nats per datum. Bounds are what is maximized, so up is better. Tested in tests/cli/plots/lossCurve.test.ts.
 */
import { config, extent, SCHEMA, thin, type VegaLiteSpec } from './style.js'

/** One line of a history; what was not measured at that step is absent. */
export type HistoryPoint = {
  readonly step: number
  readonly epoch: number
  readonly trainElbo?: number
  readonly heldOutElbo?: number
}

type Point = { readonly step: number; readonly elbo: number }

const TRAINING = '#8aa4c8'
const TRAINING_TEXT = '#5c7aa6'
const HELD_OUT = '#c2410c'

/** The share of the first steps that the range of the plot ignores: the climb from the start flattens the rest. */
const WARM_UP = 0.06

const text = { type: 'text', align: 'right', fontSize: 12, fontWeight: 600 } as const

const SIZE = { width: 720, height: 360, autosize: { type: 'fit', contains: 'padding' } } as const

const points = (history: readonly HistoryPoint[], field: 'trainElbo' | 'heldOutElbo'): readonly Point[] =>
  history.flatMap(({ step, [field]: elbo }) =>
    elbo !== undefined && Number.isFinite(elbo) ? [{ step, elbo }] : [],
  )

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
    $schema: SCHEMA,
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
