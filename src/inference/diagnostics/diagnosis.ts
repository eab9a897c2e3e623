/**
 * Diagnosis: every number that was measured about a generator and its opponent, as plain data. What was not measured is
 * absent. `judge` draws sentences from it, `metricsOf` makes one flat record. Units are those of each report; accuracies and AUCs
 * are probabilities. Tested in tests/inference/diagnostics/diagnosis.test.ts.
 */
import type { C2stReport } from './c2st.js'
import type { DualityGapReport } from './dualityGap.js'
import type { FrechetReport } from './frechet.js'
import type { ManifoldReport } from './manifold.js'
import type { MemorizationReport } from './memorization.js'
import type { MmdReport } from './mmd.js'
import type { ModeReport } from './modes.js'
import type { TrainingReport } from './training.js'

/** How well the discriminator of the game itself does. */
export interface DiscriminatorReport {
  /** ½ P(real taken for real) + ½ P(fake taken for fake), on held-out data and fresh fakes. */
  readonly accuracy: number
  readonly standardError: number
  /** The same on the data it was trained on. */
  readonly trainingAccuracy?: number
}

/** The four numbers of `manifold`, of training data in the place of fakes: what a perfect generator reaches. */
export type ManifoldReference = Pick<ManifoldReport, 'precision' | 'recall' | 'density' | 'coverage'>

/** All numbers there are. */
export interface Diagnosis {
  /** Whether fakes were compared with data that no player was trained on. */
  readonly heldOut: boolean
  /** Whether the generator was given inputs, such as labels: the comparisons do not look at these. */
  readonly conditional?: boolean
  /** What the critic of the game judges: data if absent. Its accuracy on codes says nothing of samples. */
  readonly judges?: 'codes'
  readonly training?: TrainingReport
  readonly discriminator?: DiscriminatorReport
  readonly c2st?: C2stReport
  readonly mmd?: MmdReport
  /** With the distance of two real samples of the same size. */
  readonly frechet?: FrechetReport & { readonly reference?: number }
  readonly manifold?: ManifoldReport & { readonly reference?: ManifoldReference }
  readonly modes?: ModeReport
  readonly memorization?: MemorizationReport
  readonly dualityGap?: DualityGapReport
}

/** The main numbers by name, for tables and JSON; those that were not measured are absent. */
export const metricsOf = (d: Diagnosis): Readonly<Record<string, number>> => {
  const all: Readonly<Record<string, number | undefined>> = {
    accuracy: d.discriminator?.accuracy,
    c2stAuc: d.c2st?.auc,
    c2stAucError: d.c2st?.standardError,
    c2stPValue: d.c2st?.pValue,
    mmd: d.mmd?.value,
    mmdPValue: d.mmd?.pValue,
    frechet: d.frechet?.value,
    frechetReference: d.frechet?.reference,
    precision: d.manifold?.precision,
    recall: d.manifold?.recall,
    density: d.manifold?.density,
    coverage: d.manifold?.coverage,
    modes: d.modes?.covered,
    highQuality: d.modes?.highQuality,
    reverseKl: d.modes?.reverseKl,
    copies: d.memorization?.copies,
    memorizationAuc: d.memorization?.auc,
    memorizationPValue: d.memorization?.pValue,
    dualityGap: d.dualityGap?.value,
  }
  return Object.fromEntries(Object.entries(all).flatMap(([name, x]) => (x === undefined ? [] : [[name, x]])))
}
