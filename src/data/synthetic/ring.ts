/**
 * A ring of Gaussians: eight distinct modes on the unit circle.
 *
 *   centers_c = radius (cos 2πc/K, sin 2πc/K)        x | c ~ N(centers_c, scale² I)        K = 8, radius 1, scale 0.01
 *
 * Errors: tag `option`. Source: Metz, Poole, Pfau, Sohl-Dickstein, "Unrolled generative adversarial networks" (2017);
 * the sizes are those of Srivastava et al., "VEEGAN" (2017). Tested in tests/data/synthetic/ring.test.ts.
 */
import { drawMixture, type PointsWithModes } from './modes.js'
import { type DrawnPoints, lengthFault, wholeFault } from './options.js'

/** Options of the ring. */
export interface RingOptions extends DrawnPoints {
  /** How many Gaussians; 8 if left out. */
  readonly modes?: number
  /** The radius of the ring; 1 if left out. */
  readonly radius?: number
  /** The deviation of each Gaussian; 0.01 if left out. */
  readonly scale?: number
}

/** Draws a ring of Gaussians. */
export const ring = ({
  modes = 8,
  radius = 1,
  scale = 0.01,
  ...points
}: RingOptions = {}): PointsWithModes => {
  const at = (c: number) => (2 * Math.PI * c) / modes
  return drawMixture(
    points,
    [...wholeFault('modes', modes, 1, 256), ...lengthFault('radius', radius), ...lengthFault('scale', scale)],
    () => ({
      centers: Array.from({ length: modes }, (_, c) => [radius * Math.cos(at(c)), radius * Math.sin(at(c))]),
      scale,
    }),
  )
}
