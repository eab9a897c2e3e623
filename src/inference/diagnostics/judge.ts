/**
 * judge(diagnosis): a verdict in plain sentences, each drawn from numbers that it names.
 *
 *   D is at chance (0.51), but a fresh critic reaches AUC 0.93: D is too weak, or G found a hole.
 *
 * Every rule is a function from the diagnosis to findings, and claims only what lies three standard errors beyond its bound
 * (thresholds.ts). What is good about the players is left out where something is bad about the samples: a generator that
 * copies its training data also leaves every critic at chance. What was not measured is said to be unknown.
 * Tested in tests/inference/diagnostics/judge.test.ts, each finding on numbers rigged to deserve it, and in verdict.test.ts
 * on rigged games.
 */
import type { Diagnosis } from './diagnosis.js'
import type { Finding, Severity } from './finding.js'
import {
  discriminatorOverfits,
  discriminatorWins,
  distinguishable,
  equilibrium,
  indistinguishable,
  weakDiscriminator,
} from './findings/players.js'
import { diverging, stopped, unknowns } from './findings/run.js'
import { distance, lowFidelity, memorized, modeCollapse } from './findings/samples.js'

/** What follows from a diagnosis. */
export interface Verdict {
  readonly diagnosis: Diagnosis
  /** The findings, the worst first. */
  readonly sentences: readonly Finding[]
  /** The worst severity; `note` where nothing good or bad can be said. */
  readonly severity: Severity
  /** The sentences as text, with remedies. */
  readonly toString: () => string
}

const rules: readonly ((d: Diagnosis) => readonly Finding[])[] = [
  diverging,
  lowFidelity,
  modeCollapse,
  memorized,
  weakDiscriminator,
  discriminatorWins,
  discriminatorOverfits,
  distinguishable,
  indistinguishable,
  equilibrium,
  distance,
  stopped,
  unknowns,
]

/** From what to read first to what to read last. */
const order: readonly Severity[] = ['bad', 'warning', 'good', 'note']

const show = ({ sentence, remedy }: Finding): string =>
  remedy === '' ? sentence : `${sentence}\n  → ${remedy}`

/** Draws the verdict. */
export const judge = (diagnosis: Diagnosis): Verdict => {
  const all = rules.flatMap((rule) => rule(diagnosis))
  const isBad = all.some((f) => f.severity === 'bad')
  const sentences = all
    .filter((f) => !(isBad && f.severity === 'good'))
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  return {
    diagnosis,
    sentences,
    severity: sentences[0]?.severity ?? 'note',
    toString: () => sentences.map(show).join('\n'),
  }
}
