/**
 * The lowering of every kernel: total, so the compiler lists what is missing.
 *
 * Tested kernel by kernel in tests/runtime/onnx/lowerings.
 */
import type { KernelName } from '../graph/kernels.js'
import type { Lowerings } from './lowering.js'
import { accurate } from './lowerings/accurate.js'
import { arithmetic } from './lowerings/arithmetic.js'
import { comparisons } from './lowerings/comparisons.js'
import { elementwise } from './lowerings/elementwise.js'
import { images } from './lowerings/images.js'
import { indexing } from './lowerings/indexing.js'
import { products } from './lowerings/products.js'
import { reductions } from './lowerings/reductions.js'
import { scans } from './lowerings/scans.js'
import { shaping } from './lowerings/shaping.js'
import { softplusSum } from './lowerings/softplusSum.js'

const ends: Lowerings<'Input' | 'Constant'> = {
  Input: (_emit, _inputs, { attributes: { name } }) => name,
  Constant: (emit, _inputs, { attributes: { value }, shape, dtype }) => emit.constant(value, shape, dtype),
}

/** The lowering of every kernel. */
export const table: Lowerings<KernelName> = {
  ...ends,
  ...accurate,
  ...arithmetic,
  ...comparisons,
  ...elementwise,
  ...images,
  ...indexing,
  ...products,
  ...reductions,
  ...scans,
  ...shaping,
  ...softplusSum,
}
