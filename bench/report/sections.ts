/**
 * The sections of the report, each a heading and a table. bench/README.md says what the columns mean.
 */
import type { BatchSizes } from '../measure/batchSizes.js'
import type { Comparison } from '../measure/compare.js'
import type { Build, Memory, Steady } from '../measure/isolated.js'
import type { OperatorShare } from '../measure/profile.js'
import { fixed, percent, table, times } from './table.js'

const section = (heading: string, text: string): string => `\n${heading}\n\n${text}`

/** Milliseconds per step and their quotients. */
export const stepsSection = (all: readonly Comparison[]): string =>
  section(
    'Milliseconds per step',
    table(
      [
        'workload',
        'compiled',
        'steps/s',
        'eager',
        'eager / compiled',
        'floor',
        '/ floor',
        'by hand',
        '/ by hand',
      ],
      all.map((c) => [
        c.workload,
        fixed(c.compiled),
        fixed(c.stepsPerSecond, 0),
        fixed(c.eager, 1),
        times(1 / c.compiledOverEager),
        fixed(c.floor),
        times(c.compiledOverFloor),
        fixed(c.byHand),
        times(c.compiledOverByHand),
      ]),
    ),
  )

/** The parts of a compiled step. */
export const splitSection = (all: readonly Comparison[]): string =>
  section(
    'Parts of a compiled step, milliseconds',
    table(
      ['workload', 'step', 'feed', 'graph', 'optimizer', 'rest'],
      all.map(({ workload, compiled, split: s }) => [
        workload,
        ...[compiled, s.feed, s.graph, s.optimizer, s.rest].map((x) => fixed(x)),
      ]),
    ),
  )

/** Building, in a fresh process. */
export const buildSection = (all: Readonly<Record<string, Build>>): string =>
  section(
    'Building in a fresh process, milliseconds',
    table(
      [
        'workload',
        'build',
        'first step',
        'build again',
        'record',
        'simplify',
        'lower',
        'session',
        'nodes',
        'load',
      ],
      Object.entries(all).map(([workload, b]) => [
        workload,
        ...[b.cold, b.firstStep, b.warm, b.record, b.simplify, b.lower, b.session].map((x) => fixed(x, 0)),
        `${b.nodes.recorded} → ${b.nodes.simplified}`,
        fixed(b.load, 0),
      ]),
    ),
  )

/** Memory, in a fresh process. */
export const memorySection = (
  all: Readonly<Record<string, { readonly compiled: Memory; readonly eager: Memory }>>,
): string =>
  section(
    'Peak memory of a process, MiB',
    table(
      ['workload', 'before the fit', 'compiled', 'eager'],
      Object.entries(all).map(([workload, { compiled, eager }]) => [
        workload,
        ...[compiled.before, compiled.peak, eager.peak].map((x) => fixed(x, 0)),
      ]),
    ),
  )

/** Memory over 10,000 steps. */
export const steadySection = (workload: string, { points }: Steady): string =>
  section(
    `Memory over 10,000 steps (${workload})`,
    table(
      ['step', 'resident MiB', 'tfjs tensors'],
      points
        .filter((p) => [1000, 5000, 10_000].includes(p.step))
        .map((p) => [String(p.step), fixed(p.resident, 0), String(p.tensors)]),
    ),
  )

/** Steps against the size of the minibatch. */
export const batchSection = (b: BatchSizes): string =>
  `${section(
    'VAE step against the size of the minibatch',
    table(
      ['batch', 'ms', 'µs per datum'],
      b.sizes.map((s) => [String(s.batch), fixed(s.milliseconds), fixed(s.microsecondsPerDatum, 1)]),
    ),
  )}\n\nline: ${fixed(b.perStep)} ms + ${fixed(b.perDatum, 1)} µs per datum; largest relative deviation ${percent(b.deviation)}`

/** Where a graph's time goes. */
export const profileSection = (workload: string, operators: readonly OperatorShare[]): string =>
  section(
    `Operators of the ${workload} graph, by ONNX Runtime's profile`,
    table(
      ['operator', 'calls', 'ms', 'share'],
      operators
        .filter((o) => o.share >= 0.005)
        .map((o) => [o.operator, fixed(o.calls, 0), fixed(o.milliseconds, 3), percent(o.share)]),
    ),
  )
