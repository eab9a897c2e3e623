/** Counts, the truncated normal and the relaxed ones in a compiled step: value and gradients as by tfjs. */
import * as g from 'giry'
import { expect, it } from 'vitest'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { flattenParams } from '../../../src/dsl/params.js'
import { batchAt } from '../../../src/inference/batches.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import type { AnyParams } from '../../../src/testing/arbitraries/boundCase.js'
import { compiled, eagerly } from './agree.js'

const X = g.real(2)

/** A bound whose latent is drawn by `law` of a net's output, with normal data around the latent. */
const boundOf = (
  law: (h: g.Value<[2], g.Real>) => unknown,
  prior: () => unknown,
  likelihood: (z: never) => unknown,
): AnyObjective => {
  const p = g.pipe(
    g.Do,
    g.bind('z', prior as never),
    g.bind('x', (({ z }: { readonly z: never }) => likelihood(z)) as never),
  )
  const q = g.pipe(
    g.given({ x: X }),
    g.nets({ encode: g.dense(X, X) }),
    g.bind('z', (({ x, encode }: { readonly x: never; readonly encode: (x: never) => never }) =>
      law(encode(x))) as never),
  )
  return (g.elbo as unknown as (p: unknown, q: unknown, o: unknown) => AnyObjective)(p, q, {
    particles: 2,
    kl: 'sampled',
  })
}

const around = (z: never) => g.normal({ loc: z, scale: 1 })

const cases: readonly (readonly [string, AnyObjective])[] = [
  [
    'truncatedNormal',
    boundOf(
      (h) => g.truncatedNormal({ loc: h, scale: 0.5, low: -1, high: 2 }),
      () => g.truncatedNormal({ loc: g.value(X, [0, 1]), scale: 1, low: -1, high: 2 }),
      around,
    ),
  ],
  [
    'binomial, enumerated',
    boundOf(
      (h) => g.binomial({ trials: 3, logits: h }),
      () => g.binomial({ trials: 3, logits: g.value(X, [0, 1]) }),
      around,
    ),
  ],
  [
    'geometric, by the score',
    boundOf(
      (h) => g.geometric({ logits: h }),
      () => g.negativeBinomial({ failures: 2.5, logits: g.value(X, [0, -1]) }),
      around,
    ),
  ],
  [
    'poisson, by the score',
    boundOf(
      (h) => g.poisson({ rate: g.mul(20, g.exp(h)) as never }),
      () => g.poisson({ rate: g.value(g.positive(2), [3, 40]) }),
      around,
    ),
  ],
  [
    'negativeBinomial, by the score',
    boundOf(
      (h) => g.negativeBinomial({ failures: 2.5, logits: h }),
      () => g.negativeBinomial({ failures: 3.5, logits: g.value(X, [0, -1]) }),
      around,
    ),
  ],
  [
    'multinomial, by the score',
    boundOf(
      (h) => g.multinomial({ trials: 4, logits: h }),
      () => g.multinomial({ trials: 4, logits: g.value(X, [0, 1]) }),
      around,
    ),
  ],
  [
    'relaxedBernoulli',
    boundOf(
      (h) => g.relaxedBernoulli({ temperature: 0.5, logits: h }),
      () => g.relaxedBernoulli({ temperature: 0.5, logits: g.value(X, [0, 1]) }),
      around,
    ),
  ],
  [
    'relaxedOneHotCategorical',
    boundOf(
      (h) => g.relaxedOneHotCategorical({ temperature: 0.5, logits: h }),
      () => g.relaxedOneHotCategorical({ temperature: 1, logits: g.value(X, [0, 1]) }),
      around,
    ),
  ],
]

it.each(cases)('%s agrees', async (_, objective) => {
  const arrays = flattenParams(g.init(objective as never, 3) as AnyParams)
  const data = g.dataset(
    { x: X },
    {
      x: [
        [0.5, -1],
        [1.5, 0.25],
        [-0.5, 2],
      ],
    },
  )
  const batch = batchAt(data, [0, 1, 2], keyFromSeed(4))
  const own = await eagerly(objective, arrays, batch)
  const other = await compiled(objective, arrays, batch)
  expect(Math.abs(own.value - other.value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(own.value)))
  for (const [path, gradient] of Object.entries(own.gradients)) {
    const size = Math.max(...gradient.map(Math.abs))
    expect(size).toBeGreaterThan(0)
    gradient.forEach((x, i) => {
      expect(Math.abs(x - (other.gradients[path]?.[i] as number))).toBeLessThan(2e-5 * Math.max(1, size))
    })
  }
})
