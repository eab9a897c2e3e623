/**
 * factor(target, nets?, f): the target times exp f, a density that need not be normalized.
 *
 *   γ'(τ) = γ(τ) exp f(τ)          w' = w exp f(τ)
 *
 * f sees the sites, the inputs and the observed data, and gives nats for each trace. `nets` adds nets that only f uses.
 * Errors: tag `model`: an inference program or an extended target (factor first, then extend). Tested in
 * tests/inference/combinators/sequence.test.ts.
 */
import { isOwnAxis } from '../../dsl/axes.js'
import type { Real } from '../../dsl/domains/marks.js'
import { fail, giryError, throwAll } from '../../dsl/error.js'
import type { Values } from '../../dsl/kernel.js'
import type { Merge, Nets } from '../../dsl/model.js'
import type { FunctionOf } from '../../dsl/net.js'
import { add } from '../../dsl/operations/arithmetic.js'
import { netFaults } from '../../dsl/records.js'
import type { ValueIn } from '../../dsl/space.js'
import { isValue, showSpaceOf, sumOver, type Value } from '../../dsl/value.js'
import { programOf } from './primitive.js'
import type {
  AnyProgram,
  Program,
  Scalar,
  Source,
  SourceInputs,
  SourceNets,
  SourceObserved,
  SourceSites,
  Spaces,
  Weighing,
} from './program.js'
import { type IsTarget, targetFaults } from './rules.js'

/** What f sees: functions of nets, values of sites, inputs and data. */
export type FactorContext<P, N> = {
  readonly [K in keyof Spaces<SourceSites<P>>]: ValueIn<Spaces<SourceSites<P>>[K]>
} & { readonly [K in keyof SourceInputs<P>]: ValueIn<SourceInputs<P>[K]> } & {
  readonly [K in keyof SourceObserved<P>]: ValueIn<SourceObserved<P>[K]>
} & { readonly [K in keyof N]: FunctionOf<N[K]> }

/** A target times a factor. */
export type Factored<P, N> = Program<
  Merge<SourceNets<P>, N>,
  SourceInputs<P>,
  SourceObserved<P>,
  SourceSites<P>,
  never,
  'target'
>

/** The target times exp f. */
export const factor: {
  <P extends Source>(
    target: P & IsTarget<P>,
    f: (context: FactorContext<P, object>) => Value<[], Real>,
  ): Factored<P, object>
  <P extends Source, const N extends Nets>(
    target: P & IsTarget<P>,
    nets: N,
    f: (context: FactorContext<P, N>) => Value<[], Real>,
  ): Factored<P, N>
} = (target: Source, second: unknown, third?: unknown): never =>
  (third === undefined
    ? build(programOf(target), {}, second as Potential)
    : build(programOf(target), second as Nets, third as Potential)) as never

type Potential = (context: never) => unknown

const build = (p: AnyProgram, nets: Nets, f: Potential): AnyProgram => {
  throwAll([...targetFaults(p), ...extendedFaults(p), ...netFaults(nets, p.nets, 'two programs')])
  const score = p.score as NonNullable<AnyProgram['score']>
  const nats = (env: Weighing, sites: Values): Scalar => potential(Object.keys(nets), f, env, sites)
  return {
    ...p,
    nets: { ...nets, ...p.nets },
    normalized: false,
    sample: (env) => {
      const { sites, logTarget, logWeight } = p.sample(env)
      const more = nats(env, sites)
      return { sites, logTarget: add(logTarget, more), logWeight: add(logWeight, more) }
    },
    score: (env, sites) => {
      const all = add(score(env, sites).all, nats(env, sites))
      return { all, kept: all }
    },
  }
}

const potential = (nets: readonly string[], f: Potential, env: Weighing, sites: Values): Scalar => {
  const functions = Object.fromEntries(nets.map((name) => [name, env.functions[name]]))
  const value = f({ ...functions, ...env.data, ...env.given, ...sites } as never)
  if (!isValue(value) || value.shape.length > 0)
    return fail(
      'shape',
      'factor',
      `factor takes a scalar function, but it returned ${isValue(value) ? showSpaceOf(value) : typeof value}`,
      'sum over the event axes with sum(…)',
    )
  const plates = value.axes.map((a) => a.name).filter((name) => !isOwnAxis(name))
  return sumOver(value as Scalar, plates)
}

const extendedFaults = (p: AnyProgram) =>
  p.auxiliary.length === 0
    ? []
    : [
        giryError(
          'model',
          p.auxiliary[0] as string,
          `'${p.auxiliary[0]}' is auxiliary, and a factor on it would change the target`,
          'factor first, then extend',
        ),
      ]
