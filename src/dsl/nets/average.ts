/**
 * average(decay): a number that follows the mean of what it is compared with, as a net without argument.
 *
 *   b ← b + (1 − decay) (mean − b)  at each update, whatever the optimizer        starts at 0
 *
 * An objective that has it adds −½ (x − b)² with value 0, whose gradient is mean − b; the update is the parameter's own
 * rule (`follows` in ../net.ts), so that no learning rate, no momentum and no clipping takes part. Inside scale(c, …) the
 * gradient is c times that, and so is the step. Tested in tests/inference/estimators/score.test.ts.
 */
import { real } from '../domain.js'
import type { Real } from '../domains/marks.js'
import { exampleOf, type Net, tensorAt } from '../net.js'
import { makeValue, type Value } from '../value.js'

/** A moving average. */
export const average = (decay: number): Net<() => Value<[], Real>> => ({
  tag: 'net',
  description: `moving average, decay ${decay}`,
  parameters: { value: { shape: [], start: { kind: 'constant', value: 0 }, follows: { decay } } },
  apply: (tensors) => () => makeValue(tensorAt(tensors, 'value'), [] as [], real),
  example: () => exampleOf({ shape: [] as [], domain: real }),
})
