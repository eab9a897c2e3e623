/** Distributions of a user's own: what `distribution` refuses. */
import { expect, it } from 'vitest'
import { distribution } from '../../src/dsl/distribution.js'
import { real } from '../../src/dsl/domain.js'

it('refuses a parameter that is a plain number, which has no axes', () => {
  const scale = 2 as never
  const own = () =>
    distribution({
      family: 'own',
      shape: [],
      domain: real,
      capabilities: [],
      parameters: { scale },
      sample: () => scale,
    })
  expect(own).toThrow(
    'scale of own must be a value, but 2 was given\n  → make it one with value(space, number)',
  )
})
