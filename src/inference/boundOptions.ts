/**
 * The options of objectives by name, and what can be wrong with them whatever the models are. Types refuse it all at compile time;
 * from JavaScript a misspelt option would be left out without a word:
 *
 *   elbo has no option 'sties'      → its options are particles, beta, freeBits, sites, klTable, kl
 *
 * What an option means, and which numbers it may be, is checked where it is read. Errors: tag `option`.
 * Tested in tests/inference/boundOptions.test.ts; that no name is missing here, in tests/types/boundOptions.test-d.ts.
 */

import { fail, type GiryError, giryError } from '../dsl/error.js'
import { shown } from '../dsl/shown.js'
import { nameFaults } from './optionNames.js'

const elbo = ['particles', 'beta', 'freeBits', 'sites', 'klTable', 'kl'] as const
const importance = ['particles', 'sites'] as const
const parts = ['sampling', 'particles'] as const

/** The names of the options that each objective takes. */
export const boundOptions = {
  elbo,
  hvi: elbo,
  iwhvi: ['particles'],
  semiSupervised: ['label', 'known', 'alpha', 'particles', 'sites', 'klTable', 'kl'],
  iwae: importance,
  renyi: ['alpha', ...importance],
  cubo: ['order', ...importance],
  cuboExponential: ['order', 'offset', ...importance],
  tailAdaptive: ['beta', ...importance],
  tvo: ['partitions', 'bound', ...importance],
  wakeTheta: importance,
  wakePhi: importance,
  sleep: ['particles'],
  reweightedWakeSleep: ['phi', ...importance],
  klParts: parts,
  betaTcvae: ['alpha', 'beta', 'gamma', ...parts],
  infoVae: ['alpha', 'lambda', 'kernel', 'at', 'particles', 'kl'],
  wae: ['lambda', 'kernel', 'at'],
  svgd: ['data', 'particles', 'bandwidth', 'start'],
  expect: ['sites'],
} as const satisfies Record<string, readonly string[]>

/** An objective that takes options. */
export type Optioned = keyof typeof boundOptions

const fault = (where: string, message: string, remedy: string): readonly GiryError[] => [
  giryError('option', where, message, remedy),
]

type Check = (x: unknown, name: string) => readonly GiryError[]

const isRecord = (x: unknown): boolean => typeof x === 'object' && x !== null && !Array.isArray(x)

const record =
  (what: string, remedy: string): Check =>
  (x, name) =>
    x === undefined || isRecord(x)
      ? []
      : fault(name, `${name} must be ${what}, but ${shown(x)} was given`, remedy)

const oneOf =
  (...allowed: readonly string[]): Check =>
  (x, name) =>
    x === undefined || allowed.includes(x as string)
      ? []
      : fault(
          name,
          `${name} is ${allowed.map((a) => `'${a}'`).join(' or ')}, but ${shown(x)} was given`,
          'leave it out',
        )

const similarity: Check = (x, name) =>
  typeof x === 'function'
    ? []
    : fault(
        name,
        `${name} must be a similarity of two points, but ${shown(x)} was given`,
        'use similarities.gaussian({ bandwidth: 1 })',
      )

const nameOf =
  (what: string, optional: boolean): Check =>
  (x, name) =>
    typeof x === 'string' || (optional && x === undefined)
      ? []
      : fault(name, `${name} must be the name of a ${what}, but ${shown(x)} was given`, `write ${name}: '…'`)

/** Options that are no numbers, checked alike wherever they are taken. */
const checks: Readonly<Record<string, Check>> = {
  sites: record('a record of gradient methods by site', "write sites: { z: 'score' }"),
  klTable: record('a table of closed forms', 'extend the table of giry: { ...klTable, … }'),
  kl: oneOf('closed form', 'sampled'),
  sampling: oneOf('stratified', 'weighted'),
  kernel: similarity,
  label: nameOf('site', false),
  known: nameOf('column', true),
}

/** The options as they were given; nothing is an empty record, and what is no record is refused. */
export const optionsOf = <O>(of: Optioned, options: O | undefined): O => {
  if (options === undefined) return {} as O
  if (isRecord(options)) return options
  return fail(
    'option',
    of,
    `the options of ${of} are a record, but ${shown(options)} was given`,
    `write { ${boundOptions[of][0]}: … }`,
  )
}

/** Names that the objective does not have, and values of the wrong kind. */
export const boundOptionFaults = (of: Optioned, options: object): readonly GiryError[] => {
  const known: readonly string[] = boundOptions[of]
  const given = options as Readonly<Record<string, unknown>>
  return [
    ...nameFaults(of, known, given),
    ...known.flatMap((name) => checks[name]?.(given[name], name) ?? []),
  ]
}
