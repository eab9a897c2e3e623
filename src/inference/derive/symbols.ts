/**
 * How the variables of a model are written in its derivation.
 *
 *   alone                  z, x
 *   with a shared site     z_n, x_n for datum n;  z_1:N, x_1:N for all N;  w for what is shared
 *   many of them           Z for all latents, X for all data, C for all inputs, with a line that says so
 *
 * The big letters give way to others where the model has a site, net or input of that name.
 * Tested in tests/inference/derive.test.ts.
 */
import { conditional, type Formula, formula, type Index, list, type Prose, variable } from './formula.js'
import { type Factor, hasShared, type Structure } from './structure.js'

/** The lists that a derivation keeps writing. */
export interface Symbols {
  readonly latents: readonly Formula[]
  readonly data: readonly Formula[]
  readonly inputs: readonly Formula[]
  readonly qInputs: readonly Formula[]
  /** What is summed over, and what is integrated. */
  readonly discrete: readonly Formula[]
  readonly continuous: readonly Formula[]
  /** The sentences that explain the big letters. */
  readonly abbreviations: readonly Prose[]
}

/** The longest list, in characters, that is written out each time. */
const longestList = 7

/** A variable of the model, as it is written for one datum (`n`) or for the whole data set (`all`). */
export const written = (s: Structure, name: string, index: Exclude<Index, 'one'>): Formula =>
  variable(name, hasShared(s) && !s.shared.has(name) ? index : 'one')

/** One factor: p(x | z), for one datum. */
export const factorFormula = (s: Structure, f: Factor): Formula =>
  conditional(
    f.side,
    [written(s, f.name, 'n')],
    f.parents.map((parent) => written(s, parent, 'n')),
  )

interface Abbreviation {
  readonly names: readonly string[]
  readonly letter: Formula
  readonly prose: Prose
}

const abbreviation = (
  s: Structure,
  names: readonly string[],
  what: string,
  letters: readonly string[],
): Abbreviation | undefined => {
  const all = list(names.map((name) => written(s, name, 'all')))
  if (names.length < 2 || all.text.length <= longestList) return undefined
  const taken = new Set([...s.p, ...s.q].flatMap((f) => [f.name, ...f.parents]))
  const letter = formula(letters.find((l) => !taken.has(l)) ?? `${letters[0]}_all`)
  return { names, letter, prose: [letter, ' = ', formula(`(${all.text})`, `(${all.latex})`), `, ${what}`] }
}

/** The symbols of a derivation. */
export const symbolsOf = (s: Structure): Symbols => {
  const latents = abbreviation(s, s.latents, 'the latents', ['Z', 'H', 'U'])
  const abbreviations = [
    latents,
    abbreviation(s, s.data, 'the data', ['X', 'Y', 'D']),
    abbreviation(s, s.inputs, 'the inputs', ['C', 'A', 'B']),
  ].filter((a) => a !== undefined)
  const listed = (names: readonly string[]): readonly Formula[] => {
    const known = abbreviations.find(
      (a) => a.names.length > 0 && a.names.every((name) => names.includes(name)),
    )
    if (known === undefined) return names.map((name) => written(s, name, 'all'))
    return [known.letter, ...listed(names.filter((name) => !known.names.includes(name)))]
  }
  const allDiscrete = s.latents.every((name) => s.discrete.has(name))
  const some = (discrete: boolean) =>
    latents === undefined
      ? s.latents.filter((name) => s.discrete.has(name) === discrete).map((name) => written(s, name, 'all'))
      : allDiscrete === discrete
        ? [latents.letter]
        : []
  const mixed = latents !== undefined && !allDiscrete && s.discrete.size > 0
  return {
    latents: listed(s.latents),
    data: listed(s.data),
    inputs: listed(s.inputs),
    qInputs: listed(s.qInputs),
    discrete: some(true),
    continuous: some(false),
    abbreviations: [
      ...abbreviations.map((a) => a.prose),
      ...(mixed
        ? [
            [
              'The integral over ',
              latents.letter,
              ' sums over ',
              list([...s.discrete].map((name) => variable(name))),
            ],
          ]
        : []),
    ],
  }
}
