/**
 * The curves of a game over the steps of training, one panel below the other:
 *
 *   objective        of each player, on the minibatch
 *   gradient norm    of each player, on a logarithmic scale
 *   accuracy         of the discriminator on held-out real and fresh fake data; ½ is chance
 *
 * A panel that has nothing to show is left out. Lines are thinned, and the range of the first panel is that of all but the
 * outermost hundredth of its values. Units: steps; those of the objectives, nats where they are logarithms.
 * Tested in tests/cli/plots/players.test.ts.
 */
import { config, extent, SCHEMA, thin, type VegaLiteSpec } from './style.js'

/** What was measured at a step; players by name. */
export interface GamePoint {
  readonly step: number
  readonly values: Readonly<Record<string, number>>
  readonly gradientNorms?: Readonly<Record<string, number>>
  readonly accuracy?: number
}

type Row = { readonly step: number; readonly value: number }
type Line = Row & { readonly player: string }

const COLORS = ['#2563eb', '#d9480f', '#0f9d6c', '#8b5cf6', '#b8860b'] as const
const ACCURACY = '#475569'
const WIDTH = 640
const HEIGHT = 150
const OUTER = 0.01

const finite = (rows: readonly Row[]): readonly Row[] => rows.filter(({ value }) => Number.isFinite(value))

const linesOf = (
  history: readonly GamePoint[],
  players: readonly string[],
  read: (point: GamePoint) => Readonly<Record<string, number>> | undefined,
): readonly Line[] =>
  players.flatMap((player) => {
    const rows = history.map((point) => ({ step: point.step, value: read(point)?.[player] ?? Number.NaN }))
    return thin(finite(rows)).map((row) => ({ ...row, player }))
  })

/** The range of all values but the outermost. */
const innerRange = (lines: readonly Line[]): [number, number] => {
  const sorted = lines.map(({ value }) => value).sort((a, b) => a - b)
  if (sorted.length === 0) return [-1, 1]
  const cut = Math.floor(OUTER * sorted.length)
  const [low, high] = extent(sorted.slice(cut, sorted.length - cut))
  const room = 0.06 * (high - low) || 1
  return [low - room, high + room]
}

/** Room for the numbers of an axis, the same in each panel so that they stand in line. */
const AXIS = { tickCount: 5, minExtent: 46 } as const

const x = (last: number, titled: boolean) => ({
  field: 'step',
  type: 'quantitative' as const,
  title: titled ? 'training step' : null,
  scale: { domain: [0, last], nice: false },
  axis: { grid: false, format: ',d', tickCount: 8 },
})

const colorOf = (players: readonly string[]) => ({
  field: 'player',
  type: 'nominal' as const,
  title: 'player',
  sort: [...players],
  scale: { domain: [...players], range: players.map((_, i) => COLORS[i % COLORS.length] as string) },
  legend: { symbolStrokeWidth: 3 },
})

/** The whole powers of ten around all values. */
const decades = (lines: readonly Line[]): [number, number] => {
  const [low, high] = extent(lines.map(({ value }) => Math.log10(value)))
  return [10 ** Math.floor(low), 10 ** Math.max(Math.ceil(high), Math.floor(low) + 1)]
}

/** The powers of ten of a range, at most seven. */
const powers = ([low, high]: readonly [number, number]): readonly number[] => {
  const [from, to] = [Math.round(Math.log10(low)), Math.round(Math.log10(high))]
  const every = Math.ceil((to - from + 1) / 7)
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => 10 ** (from + i * every))
}

interface Panel {
  readonly title: string
  /** Whether it is the last one, which names the steps. */
  readonly titled: boolean
  readonly scale: Readonly<Record<string, unknown>>
  readonly axis?: Readonly<Record<string, unknown>>
}

const panel = (
  lines: readonly Line[],
  players: readonly string[],
  last: number,
  { title, titled, scale, axis = {} }: Panel,
) => ({
  width: WIDTH,
  height: HEIGHT,
  data: { values: [...lines] },
  mark: { type: 'line' as const, strokeWidth: 1, clip: true, opacity: 0.85 },
  encoding: {
    x: x(last, titled),
    y: { field: 'value', type: 'quantitative' as const, title, scale, axis: { ...AXIS, ...axis } },
    color: colorOf(players),
  },
})

const accuracyPanel = (rows: readonly Row[], last: number) => ({
  width: WIDTH,
  height: HEIGHT,
  layer: [
    {
      data: { values: [{ value: 0.5 }] },
      mark: { type: 'rule' as const, strokeDash: [4, 4], color: '#94a3b8' },
      encoding: { y: { field: 'value', type: 'quantitative' as const } },
    },
    {
      data: { values: [...thin(rows)] },
      mark: {
        type: 'line' as const,
        strokeWidth: 1.5,
        color: ACCURACY,
        point: rows.length < 60 ? { color: ACCURACY, size: 18 } : false,
      },
      encoding: {
        x: x(last, true),
        y: {
          field: 'value',
          type: 'quantitative' as const,
          title: 'accuracy of the critic',
          scale: { domain: [0, 1] },
          axis: AXIS,
        },
      },
    },
  ],
})

/** The curves of every player. */
export const playerCurves = (history: readonly GamePoint[]): VegaLiteSpec => {
  const players = [...new Set(history.flatMap(({ values }) => Object.keys(values)))]
  const [, last] = extent([0, ...history.map(({ step }) => step)])
  const objectives = linesOf(history, players, ({ values }) => values)
  const norms = linesOf(history, players, ({ gradientNorms }) => gradientNorms).filter(
    ({ value }) => value > 0,
  )
  const accuracy = finite(history.map(({ step, accuracy: value = Number.NaN }) => ({ step, value })))
  return {
    $schema: SCHEMA,
    description:
      'The objective and the gradient norm of each player over the steps of training, and the accuracy of the critic',
    padding: { left: 12, right: 12, top: 14, bottom: 12 },
    config,
    vconcat: [
      panel(objectives, players, last, {
        title: 'objective',
        titled: norms.length + accuracy.length === 0,
        scale: { domain: innerRange(objectives), nice: true, zero: false },
      }),
      ...(norms.length === 0
        ? []
        : [
            panel(norms, players, last, {
              title: 'gradient norm',
              titled: accuracy.length === 0,
              scale: { type: 'log', domain: decades(norms) },
              axis: { values: powers(decades(norms)), format: '.0e' },
            }),
          ]),
      ...(accuracy.length === 0 ? [] : [accuracyPanel(accuracy, last)]),
    ],
  }
}
