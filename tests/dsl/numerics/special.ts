/**
 * Points for the special functions: over float32's range, and dense where a function has a zero.
 */
import { decades, linear } from './agreement.js'

/** Numbers at distance 10^-6.9 ... 10^-1 on both sides of `center`. */
export const around = (center: number): number[] =>
  decades(-6.9, -1, 200).flatMap((d) => [Math.fround(center - d), Math.fround(center + d)])

/** Positive arguments of the Gamma family. */
export const positives = [...decades(-37, 36, 1500), ...linear(0.3, 12, 1500), ...around(1), ...around(2)]
