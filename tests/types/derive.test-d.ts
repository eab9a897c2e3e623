import { pipe } from 'fp-ts/lib/function.js'
import { describe, expectTypeOf, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { bind, Do, given } from '../../src/dsl/notation.js'
import { real } from '../../src/dsl/space.js'
import { type Derivation, derive } from '../../src/inference/derive.js'

const p = pipe(
  Do,
  bind('b', () => bernoulli({ probs: 0.5 })),
  bind('z', () => standardNormal(2)),
  bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
)
const q = pipe(
  given({ x: real(2) }),
  bind('b', () => bernoulli({ probs: 0.5 })),
  bind('z', ({ x }) => normal({ loc: x, scale: 1 })),
)

describe('derive', () => {
  it('takes what elbo takes', () => {
    expectTypeOf(derive(p, q)).toEqualTypeOf<Derivation>()
    derive(p, q, { particles: 4, beta: 2, kl: 'sampled', sites: { b: 'score', z: 'pathwise' } })
  })

  it('refuses what elbo refuses', () => {
    const narrow = pipe(
      given({ x: real(2) }),
      bind('b', () => bernoulli({ probs: 0.5 })),
    )
    // @ts-expect-error latent 'z' of p: neither q nor the data gives it
    derive(p, narrow)
    const wide = pipe(
      given({ x: real(2) }),
      bind('b', () => bernoulli({ probs: 0.5 })),
      bind('z', () => standardNormal(3)),
    )
    // @ts-expect-error latent 'z': p has Real[2] but q proposes Real[3]
    derive(p, wide)
    // @ts-expect-error site 'b': the gradient method 'pathwise' needs the capability 'pathwise', which bernoulli lacks
    derive(p, q, { sites: { b: 'pathwise' } })
  })
})
