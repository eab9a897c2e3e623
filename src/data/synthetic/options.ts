/**
 * Options of the synthetic data sets, checked all at once, and the two parts that a seed draws.
 *
 *   { n: 10000, heldOut: 10000, seed: 1 }     n points to train on, and as many others, independent of them
 *
 * A shorter draw is a prefix of a longer one. Errors: tag `option`, every fault. Tested with each data set.
 */
import { type Dataset, dataset } from '../../dsl/dataset.js'
import type { Real } from '../../dsl/domains/marks.js'
import { type GiryError, giryError, throwAll } from '../../dsl/error.js'
import { real, type Space } from '../../dsl/space.js'
import { fold, type Key, keyFromSeed } from '../../runtime/keys.js'

/** How many points to draw, and from which seed. */
export interface DrawnPoints {
  /** Points to train on; 10,000 if left out. */
  readonly n?: number
  /** Points held out; 10,000 if left out. */
  readonly heldOut?: number
  /** Fixes the points; 1 if left out. */
  readonly seed?: number
}

/** Points of the plane in two parts. */
export interface Points {
  readonly train: Dataset<{ readonly x: Space<[2], Real> }>
  readonly test: Dataset<{ readonly x: Space<[2], Real> }>
}

/** Points of the plane, and the class of each: the mode or the arc that it was drawn from. */
export interface LabeledPoints extends Points {
  readonly trainLabels: Uint8Array
  readonly testLabels: Uint8Array
}

/** The fault of an option that is not a whole number in its range. */
export const wholeFault = (name: string, value: number, least: number, most: number): readonly GiryError[] =>
  Number.isSafeInteger(value) && value >= least && value <= most
    ? []
    : [
        giryError(
          'option',
          name,
          `${name} is ${value}, but must be a whole number from ${least} to ${most}`,
          'pass such a number, or leave it out',
        ),
      ]

/** The fault of a length that is not a finite number above zero, or from zero on. */
export const lengthFault = (name: string, value: number, zero = false): readonly GiryError[] =>
  Number.isFinite(value) && (zero ? value >= 0 : value > 0)
    ? []
    : [
        giryError(
          'option',
          name,
          `${name} is ${value}, but must be a finite number ${zero ? '>=' : '>'} 0`,
          'pass such a number, or leave it out',
        ),
      ]

const MOST_POINTS = 100_000_000

/** Draws n points from a key: their coordinates, one after the other, and the class of each. */
export type Draw = (key: Key, n: number) => { readonly x: Float32Array; readonly labels: Uint8Array }

const part = (draw: Draw, key: Key, n: number) => {
  const { x, labels } = draw(key, n)
  return { points: dataset({ x: real(2) }, { x }), labels }
}

/** Checks the options together with the `faults` of others, then draws both parts. */
export const drawPoints = (
  { n = 10_000, heldOut = 10_000, seed = 1 }: DrawnPoints,
  faults: readonly GiryError[],
  draw: Draw,
): LabeledPoints => {
  throwAll([
    ...wholeFault('n', n, 1, MOST_POINTS),
    ...wholeFault('heldOut', heldOut, 1, MOST_POINTS),
    ...wholeFault('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    ...faults,
  ])
  const key = keyFromSeed(seed)
  const [train, test] = [part(draw, fold(key, 'train'), n), part(draw, fold(key, 'test'), heldOut)]
  return {
    train: train.points,
    test: test.points,
    trainLabels: train.labels,
    testLabels: test.labels,
  }
}

/** Adds normal noise of deviation `scale` to 2n coordinates in float64, rounded once to float32. */
export const noisy = (
  noise: Float32Array,
  scale: number,
  at: (i: number) => readonly [number, number],
): Float32Array => {
  const out = new Float32Array(noise.length)
  for (let i = 0; i < out.length / 2; i++) {
    const [x, y] = at(i)
    out[2 * i] = x + scale * (noise[2 * i] as number)
    out[2 * i + 1] = y + scale * (noise[2 * i + 1] as number)
  }
  return out
}
