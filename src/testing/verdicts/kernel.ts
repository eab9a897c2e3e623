/**
 * laws.kernel(f) or laws.kernel(f, g) or laws.kernel(f, g, h), finite kernels of which each takes what the one before gives:
 *
 *   of each     id ; f = f = f ; id        f ; discard = discard (rows sum to 1)        marginals sum columns
 *   f × f'      matrix(f × f') = matrix(f) ⊗ matrix(f')        Fubini                    f' is f with other names
 *   f, g        matrix(f ; g) = matrix(f) matrix(g)             f, g, h   (f ; g) ; h = f ; (g ; h)
 *
 * Matrices are equal within `tolerance`, 1e-6 if left out. Tested in tests/testing/verdicts/kernel.test.ts.
 */
import type { AnyKernel } from '../../dsl/kernel.js'
import { compose, copy } from '../../dsl/kernels/category.js'
import type { Givens } from '../../dsl/model.js'
import * as laws from '../laws/kernel.js'
import { decided, type LawVerdict } from './verdict.js'

/** Options of the laws of kernels. */
export interface KernelLawOptions {
  /** By how much entries of equal matrices may differ; 1e-6 if left out. */
  readonly tolerance?: number
}

const arrow = (f: AnyKernel): string =>
  `${Object.keys(f.input).join(', ') || '()'} → ${Object.keys(f.output).join(', ') || '()'}`

const verdict = (
  subject: string,
  law: string,
  holds: boolean,
  remedy: string,
  tolerance: number,
): LawVerdict =>
  decided(
    { subject: `the kernel ${subject}`, law, remedy },
    holds,
    holds
      ? `the matrices agree to ${tolerance}`
      : `two matrices that should be equal differ by more than ${tolerance}`,
  )

const renamed = (spaces: Givens): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(spaces).map((name) => [`${name}_`, name]))

const under = (spaces: Givens): Givens =>
  Object.fromEntries(Object.entries(spaces).map(([name, space]) => [`${name}_`, space]))

const back = (spaces: Givens): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(spaces).map((name) => [name, `${name}_`]))

/** The kernel with other names for its inputs and outputs. */
const beside = (f: AnyKernel): AnyKernel =>
  compose(
    compose(copy(under(f.input), back(f.input)) as AnyKernel, f),
    copy(f.output, renamed(f.output)) as AnyKernel,
  )

const ofOne = (f: AnyKernel, tolerance: number): readonly LawVerdict[] => {
  const equal = laws.within(tolerance)
  const names = Object.keys(f.output)
  const say = (law: string, holds: boolean, remedy: string) =>
    verdict(arrow(f), law, holds, remedy, tolerance)
  return [
    say('id ; f = f = f ; id', laws.identityLaw(equal)(f), 'look at the names of inputs and outputs'),
    say('rows sum to 1', laws.discardIsNatural(equal)(f), 'the masses of each draw must sum to 1'),
    ...names.map((name) =>
      say(
        `marginals sum columns (${name})`,
        laws.marginalSums(equal)(f, [name]),
        'look at how sites depend on each other',
      ),
    ),
    say(
      'matrix(f × f) = matrix(f) ⊗ matrix(f)',
      laws.independence(equal)(f, beside(f)),
      'a kernel draws from its own noise only',
    ),
    say('Fubini', laws.fubini(equal)(f, beside(f)), 'a kernel draws from its own noise only'),
  ]
}

/** The laws of one, two or three finite kernels. */
export const kernelVerdicts = (
  f: AnyKernel,
  g?: AnyKernel,
  h?: AnyKernel,
  options: KernelLawOptions = {},
): readonly LawVerdict[] => {
  const tolerance = options.tolerance ?? 1e-6
  const equal = laws.within(tolerance)
  const all = [f, g, h].filter((k) => k !== undefined)
  const name = all.map(arrow).join(' ; ')
  return [
    ...all.flatMap((k) => ofOne(k, tolerance)),
    ...(g === undefined
      ? []
      : [
          verdict(
            name,
            'matrix(f ; g) = matrix(f) matrix(g)',
            laws.functoriality(equal)(f, g),
            'g must read what f gives',
            tolerance,
          ),
        ]),
    ...(g === undefined || h === undefined
      ? []
      : [
          verdict(
            name,
            '(f ; g) ; h = f ; (g ; h)',
            laws.associativity(equal)(f, g, h),
            'kernels must not share state',
            tolerance,
          ),
        ]),
  ]
}
