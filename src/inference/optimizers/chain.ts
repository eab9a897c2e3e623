/**
 * A chain of parts running over the blocks of one memory.
 *
 *   block 0: u, the gradient at first     block 1, 2: θ, read from one and written to the other     3 ...: states, average
 *
 *   rewrite:   u <- parts(u)                                             (one θ, never written)
 *   apply:     u <- sign g;  u <- parts(u);  θ' <- θ + u;  average <- average + (1 - d) (θ' - average)
 *
 * Applying reads θ from one buffer and writes θ' to the other, at no extra cost, so the parameters before an update are never
 * lost. Each fused stage is one loop (`src/runtime/fused/loop.ts`). Tested in tests/inference/optimizers/running.test.ts.
 */
import { type Blocks, blocksOf } from '../../runtime/fused/blocks.js'
import { add, carriesFaults, type Expression, input, mul, sub } from '../../runtime/fused/expression.js'
import { type LoopSource, loopFunction } from '../../runtime/fused/loop.js'
import { sumOfSquares } from '../../runtime/fused/norm.js'
import { compile, type Kernel } from '../../runtime/wasm/instance.js'
import type { Arrays, Program, Running, StepFacts } from './parts.js'
import { compose, qualified, type Stage, stagesOf } from './stages.js'

/** How a chain is applied to parameters. */
export interface Application {
  /** -1 where the gradient is of an objective to be maximized, 1 where it is of a loss. */
  readonly sign: 1 | -1
  /** Decay of the moving average of the parameters, if one is kept. */
  readonly average: number | undefined
}

/** A chain that has started. */
export interface Chain {
  readonly blocks: Blocks
  /** The block of the moving average, where one is kept. */
  readonly average: number | undefined
  /** The Euclidean norm of block 0, in float64. */
  readonly norm: () => number
  /** Runs update number `step` with the parameters of block 1 or 2; the bits are those of `Fault`. */
  readonly run: (step: number, from: 1 | 2) => number
}

/** What was not finite, as bits; both where one check serves for both. */
export const Fault = { none: 0, gradient: 1, parameters: 2, either: 3 } as const

type FusedStage = Extract<Stage, { readonly tag: 'fused' }>

const UPDATES = 0

/** Everything that the loops of a chain have in common. */
interface Layout {
  readonly blocks: Blocks
  readonly stages: readonly Stage[]
  readonly states: readonly string[]
  readonly application: Application | undefined
  readonly average: number | undefined
}

const layoutOf = (program: Program, lengths: Readonly<Record<string, number>>, a?: Application): Layout => {
  const states = program.flatMap((p, i) => (p.tag === 'plain' ? [] : p.states.map((s) => qualified(i, s))))
  const first = a === undefined ? 2 : 3
  const average = a?.average === undefined ? undefined : first + states.length
  return {
    blocks: blocksOf(lengths, first + states.length + (average === undefined ? 0 : 1)),
    stages: stagesOf(program, a !== undefined),
    states,
    application: a,
    average,
  }
}

const scalarsOf = (stage: FusedStage): readonly string[] =>
  stage.parts.flatMap(({ part, index }) => Object.keys(part.scalars).map((s) => qualified(index, s)))

/** The loop of stage number `k` with the parameters of one buffer. */
const loopOf = (l: Layout, k: number, from: 1 | 2): LoopSource => {
  const stage = l.stages[k] as FusedStage
  const { at } = l.blocks
  const place = (state: string): number => at((l.application === undefined ? 2 : 3) + l.states.indexOf(state))
  const gradient = input('u')
  const theta = input('theta')
  const begins = l.application !== undefined && k === 0
  const ends = l.application !== undefined && k === l.stages.length - 1
  const u = begins && l.application?.sign === -1 ? mul(-1, gradient) : gradient
  const composed = compose(stage.parts, u, theta)
  const next = add(theta, composed.u)
  const outputs = Object.entries(composed.states).map(([state, value]) => ({ at: place(state), value }))
  if (ends) outputs.push({ at: at(3 - from), value: next })
  else outputs.push({ at: at(UPDATES), value: composed.u })
  if (ends && l.average !== undefined)
    outputs.push({ at: at(l.average), value: averaged(next, l.application?.average as number) })
  return {
    name: `stage${k}from${from}`,
    count: l.blocks.count,
    inputs: {
      u: at(UPDATES),
      theta: at(from),
      ...(l.average === undefined ? {} : { average: at(l.average) }),
      ...Object.fromEntries(l.states.map((s) => [s, place(s)])),
    },
    scalars: scalarsOf(stage),
    outputs,
    checks: checksOf(l, k).map((fault) => (fault === Fault.gradient ? gradient : next)),
  }
}

/** What each check of a stage says: where a fault of the gradient is sure to show in the parameters, one does for both. */
const checksOf = (l: Layout, k: number): readonly number[] => {
  if (l.application === undefined) return []
  const ends = k === l.stages.length - 1
  const { u } = compose((l.stages[k] as FusedStage).parts, input('u'), input('theta'))
  if (k === 0 && ends && carriesFaults(u, 'u')) return [Fault.either]
  return [...(k === 0 ? [Fault.gradient] : []), ...(ends ? [Fault.parameters] : [])]
}

const averaged = (theta: Expression, decay: number): Expression =>
  add(input('average'), mul(1 - decay, sub(theta, input('average'))))

/** Compiles all loops of a chain, those of both buffers where there are two. */
const kernelsOf = (l: Layout): Readonly<Record<string, Kernel>> => {
  const buffers: readonly (1 | 2)[] = l.application === undefined ? [1] : [1, 2]
  const loops = l.stages.flatMap((stage, k) =>
    stage.tag === 'plain' ? [] : buffers.map((from) => loopFunction(loopOf(l, k, from))),
  )
  return compile(l.blocks.memory, [...loops, sumOfSquares('norm', l.blocks.at(UPDATES), l.blocks.count)])
}

/** One stage as a function of the step and the buffer; the checks that failed, as bits of `Fault`. */
type RunStage = (step: number, from: 1 | 2) => number

const fusedStage = (l: Layout, k: number, kernels: Readonly<Record<string, Kernel>>): RunStage => {
  const stage = l.stages[k] as FusedStage
  const norm = stage.parts.some(({ part }) => part.needsNorm) ? (kernels.norm as Kernel) : undefined
  const scalars = stage.parts.flatMap(({ part }) => Object.values(part.scalars))
  const loops = [1, 2].map((from) => kernels[`stage${k}from${from}`])
  const stores = l.application === undefined || k < l.stages.length - 1
  const faults = checksOf(l, k)
  return (step, from) => {
    const facts: StepFacts = { step, norm: norm === undefined ? Number.NaN : Math.sqrt(norm()) }
    const bits = (loops[from - 1] as Kernel)(...scalars.map((c) => c(facts)))
    if (stores) l.blocks.clearPadding(UPDATES)
    return faults.reduce((all, fault, j) => (bits & (1 << j) ? all | fault : all), 0)
  }
}

const plainStage = (run: Running, updates: Arrays, params: readonly [Arrays, Arrays]): RunStage => {
  return (step, from) => {
    run(updates, { step, params: params[from - 1] as Arrays })
    return Fault.none
  }
}

/** Starts a chain for these parameters, which are copied. */
export const startChain = (program: Program, params: Arrays, application?: Application): Chain => {
  const lengths = Object.fromEntries(Object.entries(params).map(([path, a]) => [path, a.length]))
  const l = layoutOf(program, lengths, application)
  const kernels = kernelsOf(l)
  const updates = l.blocks.views(UPDATES)
  const current = l.blocks.views(1)
  const buffers = [current, application === undefined ? current : l.blocks.views(2)] as const
  const starts = [...buffers, ...(l.average === undefined ? [] : [l.blocks.views(l.average)])]
  for (const views of starts) for (const [path, a] of Object.entries(params)) views[path]?.set(a)
  const own = () => Object.fromEntries(Object.entries(params).map(([path, a]) => [path, a.slice()]))
  const run = l.stages.map((stage, k) =>
    stage.tag === 'plain' ? plainStage(stage.init(own()), updates, buffers) : fusedStage(l, k, kernels),
  )
  return {
    blocks: l.blocks,
    average: l.average,
    norm: () => Math.sqrt((kernels.norm as Kernel)()),
    run: (step, from) => {
      let faults: number = Fault.none
      for (const stage of run) {
        faults |= stage(step, from)
        if ((faults & Fault.gradient) !== 0) return faults
      }
      return faults
    },
  }
}
