/**
 * push(value): the law of a value that was computed from random ones, the push-forward of their law
 *
 *   x = value         (pathwise; no density, no moments)
 *
 * Given what the value was computed from it is certain, so further axes repeat it. It has no density, and whatever
 * needs one (`logProb`, a bound) does not compile on it. On the domain and shape of the value.
 * Tested in tests/dsl/distributions/push.test.ts.
 */
import { type Distribution, distribution, type EventSpace } from '../distribution.js'
import { type Arg, asValue, type DomainOf, type ShapeOf } from '../operations/argument.js'
import type { Shape } from '../shape.js'
import { expandAxes, type Value } from '../value.js'

/** An implicit distribution on shape S and domain D. */
export type Push<S extends Shape, D> = Distribution<EventSpace<S, D>, 'pathwise', 'push'> & {
  readonly parameters: { readonly value: Value<S, D> }
}

/** The law of a computed value. */
export const push = <const A extends Arg>(computed: A): Push<ShapeOf<A>, DomainOf<A>> => {
  const value = asValue(computed)
  return distribution({
    family: 'push',
    shape: value.shape,
    domain: value.domain,
    capabilities: ['pathwise'],
    parameters: { value },
    sample: (_, axes) => expandAxes(value, axes),
  }) as unknown as Push<ShapeOf<A>, DomainOf<A>>
}
