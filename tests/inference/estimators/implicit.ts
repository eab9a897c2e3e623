/** An implicit pathwise gradient, a million draws: a distribution with two parameters, and a function whose mean is known. */
import * as g from 'giry'
import { expect } from 'vitest'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { expectUnbiased, gradientOf, gradients } from './million.js'

/** A real number. */
export type Scalar = g.Value<[], g.Real>

/** z ~ draw(a, b), and E f(z). */
export interface ImplicitCase {
  readonly draw: (a: Scalar, b: Scalar) => unknown
  readonly f: (z: never) => unknown
  readonly exact: (a: number, b: number) => number
}

const at = { a: 0.4, b: -0.3 }

/** Bias within 5 standard errors of 0. */
export const expectImplicit = (name: string, { draw, f, exact }: ImplicitCase): void => {
  const model = g.pipe(
    g.given({ a: g.real(), b: g.real() }),
    g.bind('z', ({ a, b }) => draw(a, b) as never),
  )
  const o = g.expect(model as never, ({ z }: { readonly z: never }) => f(z) as never, {
    sites: { z: 'pathwise' },
  } as never) as unknown as AnyObjective
  const found = gradients(o, at, {}, { batches: 20, n: 50_000 })
  expectUnbiased(
    found,
    gradientOf((t) => exact(t.a as number, t.b as number), at),
    name,
  )
  expect(found.variance).toBeGreaterThan(0)
}
