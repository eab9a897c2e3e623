/**
 * giry derive: the derivation of a family's bound as text, Markdown or LaTeX; of a game, what its players maximize, as text.
 */
import { either as E } from 'fp-ts'
import { type GiryError, giryError, showErrors } from '../dsl/error.js'
import { type Built, familyOf, isGame } from './built.js'
import { type DataName, sourceOf } from './dataSources.js'
import { derivationOf, type formats, graphOf } from './describe.js'
import { exitCodeOf, exitCodes } from './exitCode.js'
import { fakeOf, playersText } from './games/describe.js'
import { familyOptions } from './job.js'
import { buildFamily } from './runConfig.js'
import { terminalOf } from './terminal.js'

/** The options of the command. */
export interface DeriveOptions {
  readonly family: string
  readonly data: DataName
  readonly latent: number | undefined
  readonly hidden: readonly number[] | undefined
  readonly loss: string | undefined
  readonly format: (typeof formats)[number]
}

const noDerivation = (o: DeriveOptions): readonly GiryError[] => [
  giryError(
    'option',
    'format',
    `${o.family} is a game, which has no bound to be derived in ${o.format}`,
    'leave --format out, and the value of the game is printed',
  ),
]

const wordsFor = (o: DeriveOptions, built: Built): E.Either<readonly GiryError[], string> => {
  if (isGame(built))
    return o.format === 'text'
      ? E.right(`${fakeOf(built)}\n\n${playersText(built, o.family, familyOptions(o))}`)
      : E.left(noDerivation(o))
  const derivation = derivationOf(built, o.format).trimEnd()
  return E.right(o.format === 'text' ? `${graphOf(built)}\n\n${derivation}` : derivation)
}

/** Prints the derivation. */
export const deriveFamily = async (o: DeriveOptions): Promise<number> => {
  const terminal = terminalOf(process, false)
  const words = E.flatMap((built: Built) => wordsFor(o, built))(
    buildFamily(familyOf(o.family), sourceOf(o.data), familyOptions(o), 'the command line'),
  )
  if (E.isLeft(words)) {
    terminal.warn(showErrors(words.left))
    return exitCodeOf(words.left)
  }
  terminal.say(words.right)
  return exitCodes.done
}
