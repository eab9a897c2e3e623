/**
 * A mixture of equal round Gaussians in the plane, whose modes are known: what a generator can be caught missing.
 *
 *   c ~ Uniform{0 … K − 1}        x | c ~ N(centers_c, scale² I)
 *
 * Tested in tests/data/synthetic/ring.test.ts and tests/data/synthetic/grid.test.ts.
 */
import type { GiryError } from '../../dsl/error.js'
import { fold, integers, normals } from '../../runtime/keys.js'
import { type DrawnPoints, drawPoints, type LabeledPoints, noisy } from './options.js'

/** The modes of a mixture: their centers, and the deviation of each coordinate around them. */
export interface Modes {
  readonly centers: readonly (readonly [number, number])[]
  readonly scale: number
}

/** Points of a mixture with known modes; the class of a point is the index of its center. */
export interface PointsWithModes extends LabeledPoints {
  readonly modes: Modes
}

/** Draws both parts of a mixture; `faults` are those of the options that made its modes. */
export const drawMixture = (
  options: DrawnPoints,
  faults: readonly GiryError[],
  modes: () => Modes,
): PointsWithModes => {
  const drawn = drawPoints(options, faults, (key, n) => {
    const { centers, scale } = modes()
    const labels = Uint8Array.from(integers(fold(key, 'c'), n, centers.length))
    const center = (i: number) => centers[labels[i] as number] as readonly [number, number]
    return { x: noisy(normals(fold(key, 'x'), 2 * n), scale, center), labels }
  })
  return { ...drawn, modes: modes() }
}
