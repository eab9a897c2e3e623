/**
 * The tfjs kernels that can be recorded, each with its reader.
 */
import type { Readers } from './call.js'
import { elementwise } from './kernels/elementwise.js'
import { images } from './kernels/images.js'
import { scans, shaping } from './kernels/shaping.js'
import { summing } from './kernels/summing.js'

/** Readers by the name of the kernel. */
export const readers: Readers = { ...elementwise, ...shaping, ...scans, ...summing, ...images }
