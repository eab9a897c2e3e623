/**
 * What a discriminator says of every place, below the points of both kinds.
 *
 *   cell (row, column) of the surface = value at (low_x + (column + ½) w, high_y − (row + ½) h):  rows from the top
 *   value above ½: real, blue        ½: cannot tell, white        below: fake, orange
 *
 * The surface is banded, so that its level sets show, stretched to its largest distance from ½, and drawn as one picture in the plot. Points outside the window are
 * counted in its title, not drawn. Units: those of the data. Tested in tests/cli/plots/surface.test.ts.
 */
import { encode } from 'fast-png'
import { bandColors, bandOf, css, dotColors } from './bands.js'
import { config, extent, INK, SCHEMA, type VegaLiteSpec } from './style.js'

/** A square of the plane. */
export interface Window {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
}

/** Values in [0, 1] on a square grid of cells over a window. */
export interface Surface {
  readonly window: Window
  readonly size: number
  readonly values: Float32Array
}

/** Points of both kinds, as coordinates, one after the other. */
export interface Overlay {
  readonly window: Window
  readonly real: Float32Array
  readonly fake: Float32Array
  /** Pixels of each side; 460 unless told. */
  readonly side?: number
}

/** The same over a surface, which brings the window. */
export interface SurfacePlot extends Omit<Overlay, 'window'> {
  readonly surface: Surface
  /** What the surface is: `σ(D(x))`. */
  readonly title: string
  /** A line above the plot, such as the step of training. */
  readonly heading?: string
}

const MARGIN = 0.3

/** The square around the points, with a margin on each side. */
export const windowAround = (points: Float32Array): Window => {
  const [x, y] = [0, 1].map((axis) => extent(Array.from(points.filter((_, i) => i % 2 === axis)))) as [
    readonly [number, number],
    readonly [number, number],
  ]
  const half = (0.5 + MARGIN) * Math.max(x[1] - x[0], y[1] - y[0], 1e-6)
  const around = ([low, high]: readonly [number, number]): readonly [number, number] => [
    (low + high) / 2 - half,
    (low + high) / 2 + half,
  ]
  return { x: around(x), y: around(y) }
}

/** The surface with its distances from ½ multiplied, so that a flat one shows its shape. */
export const stretched = (surface: Surface, gain: number): Surface => ({
  ...surface,
  values: surface.values.map((v) => 0.5 + gain * (v - 0.5)),
})

/** The centers of the cells of a surface, as coordinates, in the order of its values. */
export const cellsOf = ({ x, y }: Window, size: number): Float32Array =>
  Float32Array.from({ length: 2 * size * size }, (_, i) => {
    const cell = Math.floor(i / 2)
    return i % 2 === 0
      ? x[0] + (((cell % size) + 0.5) * (x[1] - x[0])) / size
      : y[1] - ((Math.floor(cell / size) + 0.5) * (y[1] - y[0])) / size
  })

/** The surface as a picture. */
const pictureOf = ({ size, values }: Surface): string => {
  const png = encode({
    width: size,
    height: size,
    data: Uint8Array.from(values, bandOf),
    depth: 8,
    channels: 1,
    palette: bandColors.map((color) => [...color]),
  })
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`
}

type Dot = { readonly x: number; readonly y: number; readonly kind: 'real' | 'fake' }

const dotsOf = (points: Float32Array, kind: Dot['kind'], { x, y }: Window): readonly Dot[] => {
  const dots = Array.from({ length: points.length / 2 }, (_, i) => ({
    x: points[2 * i] as number,
    y: points[2 * i + 1] as number,
    kind,
  }))
  return dots.filter((d) => d.x >= x[0] && d.x <= x[1] && d.y >= y[0] && d.y <= y[1])
}

const outside = (shown: number, all: number): readonly string[] =>
  shown === all
    ? []
    : [`${(all - shown).toLocaleString('en-US')} of ${all.toLocaleString('en-US')} fake points lie outside`]

/** Words above the plot: the first line in bold. */
const wordsOf = ([text = '', ...subtitle]: readonly string[]) =>
  ({
    text,
    subtitle,
    anchor: 'start',
    fontSize: 12,
    fontWeight: 600,
    color: INK,
    subtitleFontSize: 11,
    subtitleColor: '#5d6572',
  }) as const

const axisOf = (field: 'x' | 'y', window: Window) => ({
  field,
  type: 'quantitative' as const,
  title: null,
  scale: { domain: [...window[field]], nice: false, zero: false },
  axis: { tickCount: 5, grid: false },
})

const under = ({ surface, side }: Pick<SurfacePlot, 'surface'> & { readonly side: number }) => ({
  data: { values: [{ url: pictureOf(surface) }] },
  mark: {
    type: 'image' as const,
    width: side,
    height: side,
    align: 'left' as const,
    baseline: 'top' as const,
    aspect: false,
  },
  encoding: { x: { value: 0 }, y: { value: 0 }, url: { field: 'url', type: 'nominal' as const } },
})

/** Points of both kinds over what lies below them. */
const plotOf = (
  { window, real, fake, side = 460 }: Overlay,
  words: readonly string[],
  surface?: Surface,
): VegaLiteSpec => {
  const fakes = dotsOf(fake, 'fake', window)
  return {
    $schema: SCHEMA,
    description: 'Real and generated points in the plane',
    width: side,
    height: side,
    padding: 12,
    config,
    title: { ...wordsOf([...words, ...outside(fakes.length, fake.length / 2)]) },
    layer: [
      ...(surface === undefined ? [] : [under({ surface, side })]),
      {
        data: { values: [...dotsOf(real, 'real', window), ...fakes] },
        mark: { type: 'circle' as const, size: 7, opacity: 0.7, clip: true },
        encoding: {
          x: axisOf('x', window),
          y: axisOf('y', window),
          color: {
            field: 'kind',
            type: 'nominal' as const,
            title: null,
            scale: { domain: ['real', 'fake'], range: [css(dotColors.real), css(dotColors.fake)] },
            legend: { symbolSize: 80, symbolOpacity: 1, orient: 'top' as const, offset: 4 },
          },
        },
      },
    ],
  }
}

/** Points of both kinds, one over the other. */
export const overlay = (points: Overlay): VegaLiteSpec => plotOf(points, [])

/** How far the surface goes from ½. */
const reachOf = ({ values }: Surface): number =>
  values.reduce((reach, v) => Math.max(reach, Number.isNaN(v) ? 0 : Math.abs(v - 0.5)), 0)

const LEGEND = 'orange: below ½, fake; blue: above ½, real'

const rangeOf = ({ values }: Surface): string => {
  const [low, high] = extent([...values])
  return `from ${low.toFixed(2)} to ${high.toFixed(2)}`
}

/** Points of both kinds over the surface of the discriminator, whose colors reach from its one extreme to the other. */
export const surfacePlot = ({ surface, title, heading, ...points }: SurfacePlot): VegaLiteSpec =>
  plotOf(
    { ...points, window: surface.window },
    [...(heading === undefined ? [] : [heading]), `${title}, ${rangeOf(surface)}`, LEGEND],
    stretched(surface, 0.5 / Math.max(reachOf(surface), 1e-3)),
  )
