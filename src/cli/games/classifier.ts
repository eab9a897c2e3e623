/**
 * The classifier whose features pictures of digits are compared in: trained on the spot, once for each process.
 *
 * Two passes over the training digits, from a seed of its own, so that every run on one machine is compared in the same features.
 * Errors: those of `fit`. Tested in tests/cli/games/train.test.ts.
 */
import type { taskEither as TE } from 'fp-ts'
import type { GiryError } from '../../dsl/error.js'
import { type DigitClassifier, trainDigitClassifier } from '../../models/digitClassifier.js'
import type { RuntimeName } from '../../runtime/runtimes.js'
import type { Loaded } from '../dataSources.js'

/** Features of pictures, flat, and how well the classifier behind them does. */
export type Classifier = Pick<DigitClassifier, 'accuracy' | 'features'>

const EPOCHS = 2
const SEED = 1

/** Trains it on the data at hand. */
export const classifierFor = (
  { train, test, trainLabels, testLabels }: Loaded,
  { runtime, threads }: { readonly runtime: RuntimeName; readonly threads: number | undefined },
): TE.TaskEither<readonly GiryError[], Classifier> =>
  trainDigitClassifier(
    {
      train,
      test,
      trainLabels: trainLabels ?? new Uint8Array(0),
      testLabels: testLabels ?? new Uint8Array(0),
    },
    { epochs: EPOCHS, seed: SEED, runtime, ...(threads === undefined ? {} : { threads }) },
  )
