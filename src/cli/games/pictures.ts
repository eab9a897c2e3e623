/**
 * The pictures of a trained game:
 *
 *   samples      points of the generator over held-out ones and the surface of the critic; or a grid of its pictures
 *   players      each player's objective and gradient norm, and the accuracy of the critic, over the steps of training
 *   neighbors    each sample beside the nearest picture of the training data, which it should not be
 *   training     an animation: the same noise through the generator, from its first steps to its last
 *
 * Tested in tests/cli/games/train.test.ts.
 */
import { nearest } from '../../inference/diagnostics/neighbors.js'
import { makePoints, type Points, select } from '../../inference/diagnostics/points.js'
import type { HistoryPoint } from '../../inference/fitted.js'
import type { Loaded } from '../dataSources.js'
import type { GalleryPicture } from '../gallery.js'
import { imageGrid, pairGrid } from '../pictures.js'
import { type GamePoint, playerCurves } from '../plots/players.js'
import { renderPng, renderSvg } from '../plots/render.js'
import { overlay, surfacePlot, windowAround } from '../plots/surface.js'
import { animation, type Snapshot, withLast } from './animation.js'
import { fakes, numbersOf } from './draws.js'
import type { GameExhibit } from './exhibit.js'
import { surfaceOf } from './surface.js'

const POINTS = 1500
const CELLS = 128
const COLUMNS = 12
const ROWS = 8
const PAIRS = 24
const COMPARED = 10_000

const planeSamples = async (e: GameExhibit, n: number): Promise<GalleryPicture> => {
  const real = e.real.subarray(0, 2 * n)
  const fake = fakes(e, n, e.seed)
  const window = windowAround(real)
  const judged = surfaceOf(e, window, CELLS, e.reading, { real, fake })
  const spec = judged === undefined ? overlay({ window, real, fake }) : surfacePlot({ ...judged, real, fake })
  return {
    file: 'samples.png',
    title: 'Samples',
    caption: `${n.toLocaleString('en-US')} points of the generator over as many held-out ones${judged === undefined ? '' : ', and what the critic says of every place'}.`,
    png: renderPng(await renderSvg(spec)),
    plot: true,
  }
}

/** A column for each class, where the generator is told it. */
const columnsOf = ({ built }: GameExhibit): number => built.classes ?? COLUMNS

const pictureSamples = (e: GameExhibit, n: number, picture: Size): GalleryPicture => ({
  file: 'samples.png',
  title: 'Samples',
  caption: `Noise through the generator: nobody drew these.${e.built.classes === undefined ? '' : ' Each column is one class.'}`,
  png: imageGrid(fakes(e, n, e.seed), { ...picture, columns: Math.min(n, columnsOf(e)) }),
})

type Size = { readonly width: number; readonly height: number }

/** n samples as a picture. */
export const sampleGame = async (e: GameExhibit, n?: number): Promise<GalleryPicture> =>
  e.source.picture === undefined
    ? planeSamples(e, n ?? POINTS)
    : pictureSamples(e, n ?? columnsOf(e) * ROWS, e.source.picture)

const pointsFrom = (x: Float32Array, size: number): Points => makePoints(Float64Array.from(x), size)

const neighbors = async (e: GameExhibit, { train }: Loaded, picture: Size): Promise<GalleryPicture> => {
  const size = picture.width * picture.height
  const fake = fakes(e, PAIRS, e.seed)
  const reference = pointsFrom(numbersOf(train, COMPARED), size)
  const { indices } = await nearest(pointsFrom(fake, size), reference)
  return {
    file: 'neighbors.png',
    title: 'Nearest neighbors',
    caption: `Each sample, and to its right the nearest of ${reference.count.toLocaleString('en-US')} training data, by the distance of pixels: a generator that copies shows the same picture twice.`,
    png: pairGrid(fake, Float32Array.from(select(reference, indices).data), { ...picture, columns: 6 }),
  }
}

/** The history as points of the curves. */
export const curvesOf = (history: readonly HistoryPoint[]): readonly GamePoint[] =>
  history.map(({ step, values, gradientNorms, monitors }) => ({
    step,
    values,
    ...(gradientNorms === undefined ? {} : { gradientNorms }),
    ...(monitors?.accuracy === undefined ? {} : { accuracy: monitors.accuracy }),
  }))

/** The curves of every player, as SVG. */
export const curvesSvg = (history: readonly HistoryPoint[]): Promise<string> =>
  renderSvg(playerCurves(curvesOf(history)))

const moving = (e: GameExhibit, snapshots: readonly Snapshot[], end: Snapshot): GalleryPicture => ({
  file: 'training.png',
  title: 'The training as an animation',
  caption:
    'The same noise through the generator, from its first steps to its last (APNG; a viewer that cannot play it shows the first frame).',
  png: animation(e, withLast(snapshots, end)),
})

/** Every picture of the game. */
export const gameGallery = async (
  e: GameExhibit,
  loaded: Loaded,
  snapshots: readonly Snapshot[],
  steps: number,
): Promise<readonly GalleryPicture[]> => [
  await sampleGame(e),
  moving(e, snapshots, { step: steps, params: e.params }),
  ...(e.source.picture === undefined ? [] : [await neighbors(e, loaded, e.source.picture)]),
]
