/**
 * What a discriminator says of every place, below the points of both kinds.
 *
 *   cell (row, column) of the surface = value at (low_x + (column + ½) w, high_y − (row + ½) h):  rows from the top
 *   value 1: real, blue        ½: cannot tell, white        0: fake, orange
 *
 * The surface is banded, so that its level sets show, and drawn as one picture in the plot. Points outside the window are
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

/** Points as coordinates, one after the other. */
export interface SurfacePlot {
  readonly surface: Surface
  readonly real: Float32Array
  readonly fake: Float32Array
  /** What the surface is: `σ(D(x))`. */
  readonly title: string
  /** A line above the plot, such as the step of training. */
  readonly heading?: string
  /** Pixels of each side; 460 unless told. */
  readonly side?: number
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

/** The words above the plot. */
const wordsOf = (title: string, heading: string | undefined, notice: readonly string[]) => {
  const below = [`color of the plane: ${title}, from 0 (fake) to 1 (real)`, ...notice]
  return {
    text: heading ?? below[0] ?? '',
    subtitle: heading === undefined ? below.slice(1) : below,
    anchor: 'start' as const,
    fontSize: heading === undefined ? 11 : 13,
    fontWeight: 600 as const,
    color: INK,
    subtitleFontSize: 11,
    subtitleColor: '#5d6572',
  }
}

/** Points of both kinds over the surface of the discriminator. */
export const surfacePlot = ({
  surface,
  real,
  fake,
  title,
  heading,
  side = 460,
}: SurfacePlot): VegaLiteSpec => {
  const { window } = surface
  const fakes = dotsOf(fake, 'fake', window)
  const axis = (field: 'x' | 'y') => ({
    field,
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...window[field]], nice: false, zero: false },
    axis: { tickCount: 5, grid: false },
  })
  const position = { x: axis('x'), y: axis('y') }
  return {
    $schema: SCHEMA,
    description: `Real and generated points over the surface of the discriminator, ${title}`,
    width: side,
    height: side,
    padding: 12,
    config,
    title: wordsOf(title, heading, outside(fakes.length, fake.length / 2)),
    layer: [
      {
        data: { values: [{ url: pictureOf(surface) }] },
        mark: { type: 'image', width: side, height: side, align: 'left', baseline: 'top', aspect: false },
        encoding: { x: { value: 0 }, y: { value: 0 }, url: { field: 'url', type: 'nominal' } },
      },
      {
        data: { values: [...dotsOf(real, 'real', window), ...fakes] },
        mark: { type: 'circle', size: 7, opacity: 0.7, clip: true },
        encoding: {
          ...position,
          color: {
            field: 'kind',
            type: 'nominal',
            title: null,
            scale: { domain: ['real', 'fake'], range: [css(dotColors.real), css(dotColors.fake)] },
            legend: { symbolSize: 80, symbolOpacity: 1, orient: 'top', offset: 4 },
          },
        },
      },
    ],
  }
}
