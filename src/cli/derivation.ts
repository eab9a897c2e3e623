/**
 * giry derive: the derivation of a family's bound, as text, Markdown or LaTeX.
 */
import { either as E } from 'fp-ts'
import { showErrors } from '../dsl/error.js'
import type { Family } from '../models/family.js'
import { families } from '../models/registry.js'
import { type DataName, sourceOf } from './dataSources.js'
import { derivationOf, type formats, graphOf } from './describe.js'
import { exitCodeOf, exitCodes } from './exitCode.js'
import { familyOptions } from './job.js'
import { buildFamily } from './runConfig.js'
import { terminalOf } from './terminal.js'

/** The options of the command. */
export interface DeriveOptions {
  readonly family: string
  readonly data: DataName
  readonly latent: number | undefined
  readonly hidden: readonly number[] | undefined
  readonly format: (typeof formats)[number]
}

/** Prints the derivation. */
export const deriveFamily = async (o: DeriveOptions): Promise<number> => {
  const terminal = terminalOf(process, false)
  const built = buildFamily(
    families[o.family] as Family,
    sourceOf(o.data),
    familyOptions(o),
    'the command line',
  )
  if (E.isLeft(built)) {
    terminal.warn(showErrors(built.left))
    return exitCodeOf(built.left)
  }
  if (o.format === 'text') terminal.say(`${graphOf(built.right)}\n`)
  terminal.say(derivationOf(built.right, o.format).trimEnd())
  return exitCodes.done
}
