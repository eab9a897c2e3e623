/**
 * An animation of training: parameters kept on the way, drawn when the training has ended.
 *
 *   every ceil(steps / 48) steps, and at the end:  parameters -> fakes of the same noise -> one frame
 *
 * Points of the plane lie over the surface of the critic; pictures are a grid. Of pictures only the generator is kept, and no
 * more frames than fit 256 MB. Tested in tests/cli/games/train.test.ts.
 */
import type { AnyModel } from '../../dsl/model.js'
import { apng } from '../apng.js'
import type { AllParams } from '../parameterFile.js'
import { imageGrid } from '../pictures.js'
import { planeFrame } from '../plots/planeFrame.js'
import { stretched, windowAround } from '../plots/surface.js'
import { fakes } from './draws.js'
import type { GameExhibit } from './exhibit.js'
import { surfaceOf } from './surface.js'

/** The parameters at a step. */
export interface Snapshot {
  readonly step: number
  readonly params: AllParams
}

const FRAMES = 48
const BYTES = 256e6
const CELLS = 64
const POINTS = 800
/** Distances from ½ are doubled in every frame: critics that are held back by a penalty stay near it. */
const GAIN = 2
const COLUMNS = 10
const ROWS = 6
const PLAYING = { delay: 90, hold: 2500 } as const

/** Bytes of parameters. */
const bytesOf = (nets: AnyModel['nets']): number =>
  4 *
  Object.values(nets).reduce(
    (n, net) =>
      n + Object.values(net.parameters).reduce((m, { shape }) => m + shape.reduce((a, b) => a * b, 1), 0),
    0,
  )

/** Steps from one snapshot to the next. */
export const snapshotEvery = (steps: number, nets: AnyModel['nets']): number =>
  Math.max(1, Math.ceil(steps / Math.max(2, Math.min(FRAMES, Math.floor(BYTES / bytesOf(nets))))))

/** The parameters of these nets only. */
export const only = (params: AllParams, nets: AnyModel['nets']): AllParams =>
  Object.fromEntries(Object.entries(params).filter(([name]) => name in nets))

const framesOfPlane = (
  e: GameExhibit,
  snapshots: readonly Snapshot[],
  last: number,
): readonly Uint8Array[] => {
  const real = e.real.subarray(0, 2 * POINTS)
  const window = windowAround(real)
  return snapshots.map(({ step, params }) => {
    const played = { built: e.built, params }
    const fake = fakes(played, POINTS, e.seed)
    const judged = surfaceOf(played, window, CELLS, e.reading, { real, fake })
    const surface = judged?.surface ?? { window, size: 1, values: Float32Array.of(0.5) }
    return planeFrame({ surface: stretched(surface, GAIN), real, fake, progress: step / last })
  })
}

const framesOfPictures = (
  e: GameExhibit,
  snapshots: readonly Snapshot[],
  picture: { readonly width: number; readonly height: number },
): readonly Uint8Array[] =>
  snapshots.map(({ params }) =>
    imageGrid(fakes({ built: e.built, params }, COLUMNS * ROWS, e.seed), { ...picture, columns: COLUMNS }),
  )

/** The animation as an APNG file. */
export const animation = (e: GameExhibit, snapshots: readonly Snapshot[]): Uint8Array => {
  const last = snapshots.at(-1)?.step ?? 1
  const { picture } = e.source
  return apng(
    picture === undefined ? framesOfPlane(e, snapshots, last) : framesOfPictures(e, snapshots, picture),
    PLAYING,
  )
}

/** The snapshots with those of the end, once. */
export const withLast = (snapshots: readonly Snapshot[], end: Snapshot): readonly Snapshot[] => [
  ...snapshots.filter(({ step }) => step < end.step),
  end,
]
