/**
 * Two half circles that reach into each other.
 *
 *   c ~ Uniform{0, 1}, t ~ Uniform(0, π)
 *   x | c = 0  ~  N((cos t, sin t), scale² I)        x | c = 1  ~  N((1 − cos t, ½ − sin t), scale² I)        scale 0.05
 *
 * Errors: tag `option`. Source: `make_moons` of scikit-learn. Tested in tests/data/synthetic/moons.test.ts.
 */
import { fold, integers, normals, uniforms } from '../../runtime/keys.js'
import { type DrawnPoints, drawPoints, type LabeledPoints, lengthFault, noisy } from './options.js'

/** Options of the moons. */
export interface MoonsOptions extends DrawnPoints {
  /** The deviation of the noise; 0.05 if left out, and 0 for none. */
  readonly scale?: number
}

/** Draws two moons; the class of a point is its arc. */
export const moons = ({ scale = 0.05, ...points }: MoonsOptions = {}): LabeledPoints =>
  drawPoints(points, lengthFault('scale', scale, true), (key, n) => {
    const labels = Uint8Array.from(integers(fold(key, 'c'), n, 2))
    const turns = uniforms(fold(key, 't'), n)
    const arc = (i: number): readonly [number, number] => {
      const t = Math.PI * (turns[i] as number)
      return labels[i] === 0 ? [Math.cos(t), Math.sin(t)] : [1 - Math.cos(t), 0.5 - Math.sin(t)]
    }
    return { x: noisy(normals(fold(key, 'x'), 2 * n), scale, arc), labels }
  })
