/**
 * Reductions over a plate, so that a site outside of it can depend on all that lies in it:
 *
 *   sumOverPlate(v, 'r')_i = Σ_r v_(r, i)        meanOverPlate(v, 'r')_i = (1/R) Σ_r v_(r, i)
 *
 * The event shape stays. A value that does not lie in the plate is left as it is: while a model is built, an input does
 * not know its plates yet. Errors: `option`, for an axis that is no plate (`datum`, `particle`, `draw`, `enum:…`).
 * Tested in tests/dsl/operations/plates.test.ts.
 */
import { isOwnAxis } from '../axes.js'
import { count, isWithin, nonNegative, positive, real } from '../domain.js'
import type { AnyDomain, Domain, NonNegative, Positive, Real } from '../domains/marks.js'
import { fail } from '../error.js'
import type { Shape } from '../shape.js'
import { meanOver, sumOver, type Value, withDomain } from '../value.js'
import type { SumDomain } from './reductions.js'

/** The domains that a mean stays in. */
export type MeanDomain<D> = [D] extends [Positive] ? Positive : [D] extends [NonNegative] ? NonNegative : Real

const requirePlate = (operation: string, plate: string): void => {
  if (isOwnAxis(plate))
    fail(
      'option',
      operation,
      `${operation} cannot reduce '${plate}', which is no plate`,
      'name a plate that a site was declared in',
    )
}

/** The first of the domains that d lies within, else the reals. */
const firstWithin = (d: AnyDomain, domains: readonly AnyDomain[]): AnyDomain =>
  domains.find((b) => isWithin(d, b)) ?? real

/** Σ over a plate; the value as it is, where it does not lie in the plate. */
export const sumOverPlate = <S extends Shape, D>(v: Value<S, D>, plate: string): Value<S, SumDomain<D>> => {
  requirePlate('sumOverPlate', plate)
  const domain = firstWithin(v.domain, [count, positive, nonNegative])
  return withDomain(sumOver(v, [plate]), domain as Domain<SumDomain<D>>)
}

/** Mean over a plate; the value as it is, where it does not lie in the plate. */
export const meanOverPlate = <S extends Shape, D>(v: Value<S, D>, plate: string): Value<S, MeanDomain<D>> => {
  requirePlate('meanOverPlate', plate)
  const domain = firstWithin(v.domain, [positive, nonNegative])
  return withDomain(meanOver(v, [plate]), domain as Domain<MeanDomain<D>>)
}
