/**
 * The Swiss roll seen from its end: a spiral of one and a half turns.
 *
 *   t ~ Uniform(3π/2, 9π/2)        x ~ N(t / (9π/2) (cos t, sin t), scale² I)        scale 0.02, so that |x| ≤ 1 or nearly
 *
 * Errors: tag `option`. Source: Marsland, "Machine learning: an algorithmic perspective" (2009), as `make_swiss_roll` of
 * scikit-learn has it, divided by its largest radius. Tested in tests/data/synthetic/swissRoll.test.ts.
 */
import { fold, normals, uniforms } from '../../runtime/keys.js'
import { type DrawnPoints, drawPoints, lengthFault, noisy, type Points } from './options.js'

/** Options of the Swiss roll. */
export interface SwissRollOptions extends DrawnPoints {
  /** The deviation of the noise; 0.02 if left out, and 0 for none. */
  readonly scale?: number
}

/** Draws a Swiss roll in the plane. */
export const swissRoll = ({ scale = 0.02, ...points }: SwissRollOptions = {}): Points => {
  const { train, test } = drawPoints(points, lengthFault('scale', scale, true), (key, n) => {
    const turns = uniforms(fold(key, 't'), n)
    const spiral = (i: number): readonly [number, number] => {
      const radius = (1 + 2 * (turns[i] as number)) / 3
      const t = 4.5 * Math.PI * radius
      return [radius * Math.cos(t), radius * Math.sin(t)]
    }
    return { x: noisy(normals(fold(key, 'x'), 2 * n), scale, spiral), labels: new Uint8Array(n) }
  })
  return { train, test }
}
