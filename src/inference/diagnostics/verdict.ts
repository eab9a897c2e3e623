/**
 * verdict(fit, setting): who is winning, and whether the generator is good, in plain sentences.
 *
 *   verdict = judge ∘ diagnose
 *
 * A discriminator that is fooled may be weak, or fooled by one trick; its losses do not tell. So fakes are drawn and measured
 * by what had no part in the game (diagnose.ts), and each sentence names its numbers (judge.ts).
 * Tested in tests/inference/diagnostics/verdict.test.ts.
 */
import { taskEither as TE } from 'fp-ts'
import type { GiryError } from '../../dsl/error.js'
import type { Fit } from '../fitted.js'
import { diagnose } from './diagnose.js'
import { judge, type Verdict } from './judge.js'
import type { Setting } from './setting.js'

/** The verdict on a fit. */
export const verdict = <T, G, R>(
  fit: Fit<NoInfer<T>>,
  setting: Setting<T, G, R>,
): TE.TaskEither<readonly GiryError[], Verdict> => TE.map(judge)(diagnose(fit, setting))
