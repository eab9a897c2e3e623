/**
 * What a model is worth on the held-out data, in nats per datum:
 *
 *   testElbo            the bound, recomputed as training measured it: same seed, same bits, same noise
 *   testLogLikelihood   log P(x) itself, where a closed form gives it; at least testElbo
 *
 * Tested in tests/cli/train.test.ts.
 */
import { either as E, type taskEither as TE } from 'fp-ts'
import { type Dataset, sliceDataset } from '../dsl/dataset.js'
import type { GiryError } from '../dsl/error.js'
import { evaluate } from '../inference/evaluate.js'
import { type Evidence, evidence } from '../inference/evidence.js'
import type { BuiltFamily } from '../models/family.js'
import type { RuntimeName } from '../runtime/runtimes.js'
import type { AllParams } from './parameterFile.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** A model with its parameters, the held-out data, and what fixes the noise. */
export interface Measured {
  readonly built: BuiltFamily
  readonly params: AllParams
  readonly test: Dataset
  readonly seed: number
  readonly runtime: RuntimeName
  /** Threads on a compiled runtime; all cores if left out. */
  readonly threads: number | undefined
}

/** The bound on the held-out data. */
export const heldOutBound = ({ built, params, test, seed, runtime, threads }: Measured): Task<number> =>
  evaluate(built.objective, {
    params,
    data: test,
    seed,
    runtime,
    ...(threads === undefined ? {} : { threads }),
  } as never) as Task<number>

/** Methods that are exact for data of any size; quadrature is not among them, at seconds for each datum. */
const CLOSED = ['enumeration', 'linear-Gaussian', 'conjugate'] as const
/** Data at a time, so that an interruption is served in between. */
const CHUNK = 250

const evidenceOf = (
  { built, params, seed, runtime }: Measured,
  data: Dataset,
  method: (typeof CLOSED)[number],
) =>
  (evidence as (p: unknown, data: unknown, options: unknown) => Task<Evidence>)(built.p, data, {
    params,
    seed,
    runtime,
    method,
  })()

const closedMethod = async (m: Measured): Promise<(typeof CLOSED)[number] | undefined> => {
  for (const method of CLOSED)
    if (E.isRight(await evidenceOf(m, sliceDataset(m.test, 0, 1), method))) return method
  return undefined
}

/** The mean log P(x) of the held-out data; undefined where no closed form gives it, or `signal` stopped it. */
export const heldOutLogLikelihood =
  (m: Measured, signal: AbortSignal): Task<number | undefined> =>
  async () => {
    const method = await closedMethod(m)
    if (method === undefined) return E.right(undefined)
    let sum = 0
    for (let begin = 0; begin < m.test.size; begin += CHUNK) {
      if (signal.aborted) return E.right(undefined)
      const part = await evidenceOf(m, sliceDataset(m.test, begin, begin + CHUNK), method)
      if (E.isLeft(part)) return part
      sum += part.right.value.reduce((a, b) => a + b, 0)
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    return E.right(sum / m.test.size)
  }
