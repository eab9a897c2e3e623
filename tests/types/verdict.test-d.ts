import type { taskEither as TE } from 'fp-ts'
import { describe, expectTypeOf, it } from 'vitest'
import type { Domain, Real } from '../../src/dsl/domains/marks.js'
import type { GiryError } from '../../src/dsl/error.js'
import type { Model, Site } from '../../src/dsl/model.js'
import type { Net, NetFunction } from '../../src/dsl/net.js'
import type { Objective } from '../../src/dsl/objective.js'
import type { Value } from '../../src/dsl/value.js'
import type { Verdict } from '../../src/inference/diagnostics/judge.js'
import { netFeatures } from '../../src/inference/diagnostics/netFeatures.js'
import { verdict } from '../../src/inference/diagnostics/verdict.js'
import type { Fit } from '../../src/inference/fitted.js'

type Plane = { readonly shape: readonly [2]; readonly domain: Domain<Real> }
type Critic = Net<NetFunction<Plane, Value<[], Real>>>
type Generator = Net<NetFunction<Plane, Value<[2], Real>>>

declare const fake: Model<{ readonly G: Generator }, object, { readonly x: Site<Plane> }>
declare const fit: Fit<{ readonly D: Critic; readonly G: Generator }>
declare const withoutG: Fit<{ readonly D: Critic }>
declare const accuracy: Objective<{ readonly D: Critic; readonly G: Generator }, { readonly x: Plane }>
declare const features: Net<NetFunction<Plane, Value<[8], Real>>>

describe('verdict', () => {
  it('takes a fit that has the nets of the generator, and more', () => {
    const data = [[1, 2]]
    expectTypeOf(
      verdict(fit, { fake, data, heldOut: data, accuracy, features: netFeatures(features, {}) }),
    ).toEqualTypeOf<TE.TaskEither<readonly GiryError[], Verdict>>()
  })

  it('refuses a fit without them', () => {
    // @ts-expect-error the params have no net 'G'
    verdict(withoutG, { fake, data: [[1, 2]] })
  })

  it('refuses a setting without data', () => {
    // @ts-expect-error data is missing
    verdict(fit, { fake })
  })
})
