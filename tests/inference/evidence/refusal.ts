/** The errors of a task that must fail. */
import { either as E, type taskEither as TE } from 'fp-ts'
import type { GiryError } from '../../../src/dsl/error.js'

export const refusal = async (
  task: TE.TaskEither<readonly GiryError[], unknown>,
): Promise<readonly GiryError[]> => {
  const result = await task()
  if (E.isRight(result)) throw new Error(`it did not refuse, but gave ${JSON.stringify(result.right)}`)
  return result.left
}
