/**
 * A square grid of Gaussians: 25 modes around the origin.
 *
 *   centers = spacing (i − (K − 1)/2, j − (K − 1)/2), i and j < K      x | c ~ N(centers_c, scale² I)      K = 5, spacing 2, scale 0.05
 *
 * Errors: tag `option`. Source: Dumoulin et al., "Adversarially learned inference" (2017); the sizes are those of
 * Srivastava et al., "VEEGAN" (2017). Tested in tests/data/synthetic/grid.test.ts.
 */
import { drawMixture, type PointsWithModes } from './modes.js'
import { type DrawnPoints, lengthFault, wholeFault } from './options.js'

/** Options of the grid. */
export interface GridOptions extends DrawnPoints {
  /** Gaussians along each side; 5 if left out. */
  readonly side?: number
  /** The distance of neighbors; 2 if left out. */
  readonly spacing?: number
  /** The deviation of each Gaussian; 0.05 if left out. */
  readonly scale?: number
}

/** Draws a grid of Gaussians. */
export const grid = ({
  side = 5,
  spacing = 2,
  scale = 0.05,
  ...points
}: GridOptions = {}): PointsWithModes => {
  const at = (i: number) => spacing * (i - (side - 1) / 2)
  return drawMixture(
    points,
    [...wholeFault('side', side, 1, 16), ...lengthFault('spacing', spacing), ...lengthFault('scale', scale)],
    () => ({
      centers: Array.from({ length: side ** 2 }, (_, c) => [at(c % side), at(Math.floor(c / side))]),
      scale,
    }),
  )
}
