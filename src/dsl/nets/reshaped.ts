/**
 * reshaped(X, T): the entries of x ∈ X in another event shape, in row-major order; a net without parameters.
 *
 *   chain(reshaped(unit(784), [28, 28, 1]), conv2d(unit(28, 28, 1), …))      pixels in a row, as an image
 *
 * Inside a chain it joins nets on flat vectors with nets on images. Errors: `shape`, where the numbers of entries differ.
 * Tested in tests/dsl/nets/reshaped.test.ts.
 */

import type { EventSpace } from '../distribution.js'
import { type EntriesDomain, entriesDomain } from '../domains/arithmetic.js'
import type { Domain } from '../domains/marks.js'
import { fail } from '../error.js'
import { makeNet, type Net, type NetFunction } from '../net.js'
import { reshape } from '../operations/rearranging.js'
import { type Shape, showShape, sizeOf } from '../shape.js'
import { showSpaceOf, type Value } from '../value.js'

type MarksOf<X> = X extends { readonly domain: Domain<infer D> } ? D : never

/** The net that keeps every number of X and gives the event another shape. */
export const reshaped = <X extends EventSpace, const T extends Shape>(
  input: X,
  shape: T,
): Net<NetFunction<X, Value<[...T], EntriesDomain<MarksOf<X>>>>> => {
  if (sizeOf(shape) !== sizeOf(input.shape))
    fail(
      'shape',
      'reshaped',
      `${showSpaceOf(input)} cannot be reshaped to ${showShape(shape)}: ${sizeOf(input.shape)} entries are not ${sizeOf(shape)}`,
      'keep the number of entries',
    )
  const output = {
    shape: [...shape] as [...T],
    domain: entriesDomain(input.domain) as Domain<EntriesDomain<MarksOf<X>>>,
  }
  return makeNet({
    description: `${showSpaceOf(input)} → ${showSpaceOf(output)}`,
    input,
    output,
    parameters: {},
    apply: (_, x) => reshape(x, shape),
  })
}
