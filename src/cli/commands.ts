/**
 * The command line `giry`: its commands and their arguments.
 *
 * Every word of it is decoded by a codec; all faults of a line are reported at once, each with what is allowed, and
 * the exit code is 2. A command runs only when nothing is wrong. Tested in tests/cli/faults.test.ts.
 */
import { command, flag, runSafely, subcommands } from 'cmd-ts'
import { either as E } from 'fp-ts'
import { type PayoffName, payoffs } from '../inference/adversarial.js'
import { gameFamilies } from '../models/registry.js'
import { checked, type JointFault, optional, required, withDefault } from './arguments.js'
import { allFamilies, familyNames } from './built.js'
import { layerSizes, oneOf, path, positiveNumber, refusal, wholeNumber } from './codecs.js'
import { type DataName, dataNames, sourceOf } from './dataSources.js'
import { deriveFamily } from './derivation.js'
import { formats } from './describe.js'
import { evaluateRun } from './evaluateRun.js'
import { exitCodes } from './exitCode.js'
import { exportCommand } from './exportCommand.js'
import { listFamilies } from './familyList.js'
import { familyOptions } from './job.js'
import { json, run } from './namedArguments.js'
import { misfit, runtimes, version } from './runConfig.js'
import { sampleRun } from './sampleRun.js'
import { train } from './train.js'

const family = required({ name: 'family', about: `one of ${familyNames.join(', ')}` }, oneOf(familyNames))
const data = withDefault(
  { name: 'data', about: 'the data set', placeholder: dataNames.join('|') },
  oneOf(dataNames),
  'mnist',
)
const latent = optional(
  { name: 'latent', about: 'size of the code, or number of components' },
  wholeNumber(1, 10_000),
)
const hidden = optional({ name: 'hidden', about: 'units of the hidden layers: 400, or 400,200' }, layerSizes)

const loss = optional(
  { name: 'loss', about: 'what the players of a GAN get [default: nonSaturating]', placeholder: 'name' },
  oneOf(Object.keys(payoffs) as readonly PayoffName[]),
)

/** Families whose payoff can be chosen. */
const familiesWithLosses = Object.values(gameFamilies).flatMap(({ name, defaults }) =>
  'payoff' in (defaults as object) ? [name] : [],
)

interface FamilyChoice {
  readonly family?: string
  readonly data?: DataName
  readonly loss?: string | undefined
  readonly latent?: number | undefined
  readonly hidden?: readonly number[] | undefined
}

/** A family that the data set does not suit. */
const dataFaults = ({ family: name = '', data: of }: FamilyChoice): readonly JointFault[] => {
  const chosen = allFamilies[name]
  const message = chosen === undefined || of === undefined ? undefined : misfit(chosen, sourceOf(of))
  return message === undefined ? [] : [{ option: 'data', message }]
}

/** A choice of losses for a family that has none. */
const lossFaults = ({ family: name = '', loss }: FamilyChoice): readonly JointFault[] =>
  loss === undefined || allFamilies[name] === undefined || familiesWithLosses.includes(name)
    ? []
    : [
        {
          option: 'loss',
          message: `${name} has no choice of losses; --loss is for ${familiesWithLosses.join(', ')}`,
        },
      ]

/** Options that the family does not have, or that are outside its codec. */
const familyFaults = ({
  family: name,
  data: _data,
  loss: _loss,
  ...given
}: FamilyChoice): readonly JointFault[] => {
  const chosen = allFamilies[name ?? '']
  if (chosen === undefined) return []
  const decoded = chosen.options.decode(familyOptions({ latent: given.latent, hidden: given.hidden }))
  return E.isRight(decoded)
    ? []
    : decoded.left.map((e) => ({
        option: e.context.at(-1)?.key ?? '',
        message: e.message ?? `${name} does not take this`,
      }))
}

interface Length {
  readonly epochs?: number | undefined
  readonly steps?: number | undefined
}

const lengthFaults = ({ epochs, steps }: Length): readonly JointFault[] =>
  epochs === undefined || steps === undefined
    ? []
    : [
        {
          option: 'steps',
          message: `--epochs ${epochs} and --steps ${steps} both say how long to train: pass one of them`,
        },
      ]

const trainCommand = checked(
  command({
    name: 'train',
    description: 'train a family and keep the run in a directory',
    args: {
      family,
      data,
      epochs: optional(
        { name: 'epochs', about: 'passes over the data [default: 2; of a game its own steps]' },
        wholeNumber(1),
      ),
      steps: optional({ name: 'steps', about: 'updates, in place of epochs' }, wholeNumber(1)),
      batch: optional(
        { name: 'batch', about: 'data per step [default: 128; of a game its own]' },
        wholeNumber(1, 1_000_000),
      ),
      rate: optional(
        {
          name: 'rate',
          about: 'learning rate of Adam [default: 0.001; a game has rates of its own]',
          placeholder: 'x',
        },
        positiveNumber,
      ),
      seed: withDefault({ name: 'seed', about: 'fixes start, order and noise' }, wholeNumber(0), 1),
      latent,
      hidden,
      loss,
      limit: optional({ name: 'limit', about: 'use only the first n data of each part' }, wholeNumber(1)),
      runtime: withDefault(
        { name: 'runtime', about: 'what computes', placeholder: runtimes.join('|') },
        oneOf(runtimes),
        'auto',
      ),
      threads: optional(
        { name: 'threads', about: 'threads of a compiled runtime [default: one for each core]' },
        wholeNumber(1, 1024),
      ),
      out: optional({ name: 'out', about: 'directory of the run, new or empty', placeholder: 'dir' }, path),
      json,
      quiet: flag({ long: 'quiet', description: 'no progress bar' }),
    },
    handler: train,
  }),
  (o) => [...lengthFaults(o), ...dataFaults(o), ...lossFaults(o), ...familyFaults(o)],
)

const deriveCommand = checked(
  command({
    name: 'derive',
    description: 'print the derivation of the bound of a family, or the value of a game',
    args: {
      family,
      data,
      latent,
      hidden,
      loss,
      format: withDefault(
        { name: 'format', about: 'how it is written', placeholder: formats.join('|') },
        oneOf(formats),
        'text',
      ),
    },
    handler: deriveFamily,
  }),
  (o) => [...dataFaults(o), ...lossFaults(o), ...familyFaults(o)],
)

const sampleCommand = command({
  name: 'sample',
  description: 'draw samples of a trained model as a picture',
  args: {
    run,
    n: withDefault({ name: 'n', about: 'how many' }, wholeNumber(1, 100_000), 96),
    seed: withDefault({ name: 'seed', about: 'fixes the draws' }, wholeNumber(0), 1),
    out: optional(
      {
        name: 'out',
        about: 'the picture [default: samples-seed<seed>-n<n>.png in the run]',
        placeholder: 'png',
      },
      path,
    ),
  },
  handler: sampleRun,
})

const evaluateCommand = command({
  name: 'evaluate',
  description: 'recompute the figures of a run on held-out data',
  args: {
    run,
    seed: optional({ name: 'seed', about: 'of bits and noise [default: that of the run]' }, wholeNumber(0)),
    json,
  },
  handler: evaluateRun,
})

const familiesCommand = command({
  name: 'families',
  description: 'list the families and the data sets',
  args: {},
  handler: listFamilies,
})

const commands = {
  train: trainCommand,
  derive: deriveCommand,
  sample: sampleCommand,
  evaluate: evaluateCommand,
  export: exportCommand,
  families: familiesCommand,
}

const giry = subcommands({
  name: 'giry',
  version,
  description: 'probability models whose bounds derive themselves',
  cmds: commands,
})

const unknownCommand = ([word]: readonly string[]): string | undefined =>
  word === undefined || word.startsWith('-') || Object.hasOwn(commands, word)
    ? undefined
    : `${refusal('the command', oneOf(Object.keys(commands)), word)}\n  → giry --help says what each does`

/** Runs a command line and gives its exit code. */
export const runCommandLine = async (words: readonly string[]): Promise<number> => {
  const unknown = unknownCommand(words)
  if (unknown !== undefined) {
    process.stderr.write(`${unknown}\n`)
    return exitCodes.wrongOption
  }
  const result = await runSafely(giry, [...words])
  if (result._tag === 'ok') return result.value.value
  const { message, into, exitCode } = result.error.config
  process[into].write(`${message}\n`)
  return exitCode === 0 ? exitCodes.done : exitCodes.wrongOption
}
