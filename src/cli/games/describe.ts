/**
 * A game in words: its generator, its players, and what each maximizes.
 *
 *   D maximizes E_data[log σ(D(x))] + E_z[log σ(−D(G(z)))]
 *
 * The sentences of a family are here as long as a family does not say them itself; one that is missing is described by its
 * players alone. Tested in tests/cli/games/describe.test.ts.
 */
import { graphLine } from '../../dsl/dot.js'
import type { Player } from '../../dsl/games/player.js'
import type { BuiltGame } from '../../models/family.js'

interface Formulas {
  readonly D: string
  readonly G: string
  /** What is known about the value at the solution. */
  readonly remark: string
}

const JSD =
  'At the best D the first is 2 JSD(data ‖ fakes) − log 4 (without the penalty): −1.386 where nothing can be told apart.'

/** What the players of a payoff maximize. */
const payoffs: Readonly<Record<string, Formulas>> = {
  minimax: {
    D: 'E_data[log σ(D(x))] + E_z[log σ(−D(G(z)))]',
    G: '−E_z[log σ(−D(G(z)))]',
    remark: `${JSD} The game is zero-sum.`,
  },
  nonSaturating: {
    D: 'E_data[log σ(D(x))] + E_z[log σ(−D(G(z)))]',
    G: 'E_z[log σ(D(G(z)))]',
    remark: JSD,
  },
  leastSquares: {
    D: '−½ E_data[(D(x) − 1)²] − ½ E_z[D(G(z))²]',
    G: '−½ E_z[(D(G(z)) − 1)²]',
    remark: 'At the best D, G minimizes a Pearson χ² divergence. D is undecided at ½.',
  },
  hinge: {
    D: '−E_data[max(0, 1 − D(x))] − E_z[max(0, 1 + D(G(z)))]',
    G: 'E_z[D(G(z))]',
    remark: 'At the best D the first is 2 TV(data, fakes) − 2, where TV is the total variation (at most 1).',
  },
  wasserstein: {
    D: 'E_data[D(x)] − E_z[D(G(z))]',
    G: 'E_z[D(G(z))]',
    remark: 'Over D of slope at most 1 the first is the Wasserstein-1 distance of data and fakes.',
  },
}

const steps = ({ steps: n }: Player): string => (n === 1 ? '' : `, ${n} moves in a row`)

const playerLine = (player: Player, formulas: Formulas | undefined): string => {
  const aim = player.sense === 'max' ? 'maximizes' : 'minimizes'
  const formula = formulas?.[player.name as 'D' | 'G'] ?? player.objective.description
  return `${player.name} (owns ${player.owns.join(', ')}${steps(player)}) ${aim} ${formula}`
}

/** Families whose players maximize the payoffs and nothing else, penalties aside. */
const PLAIN: readonly string[] = ['gan', 'wgan-gp']

/** The name of the payoff of a family with these options; the non-saturating one where it has no choice. */
export const payoffOf = (family: string, options: Readonly<Record<string, unknown>>): string =>
  family === 'wgan-gp' ? 'wasserstein' : String(options.payoff ?? 'nonSaturating')

/** Penalties are those of the families in the registry. */
const penalties: Readonly<Record<string, string>> = {
  gan: ' − ½ γ E_data[|∇D|²]',
  'wgan-gp': ' − λ E[(|∇D| − 1)²] between data and fakes',
}

const formulasOf = (family: string, options: Readonly<Record<string, unknown>>): Formulas | undefined => {
  const plain = PLAIN.includes(family) ? payoffs[payoffOf(family, options)] : undefined
  return plain === undefined ? undefined : { ...plain, D: `${plain.D}${penalties[family] ?? ''}` }
}

/** The generator in one line. */
export const fakeOf = ({ fake }: BuiltGame): string => `fake: ${graphLine(fake)}`

/** The value of the game, in place of a bound: what each player maximizes, and what that is at the solution. */
export const playersText = (
  { game }: BuiltGame,
  family: string,
  options: Readonly<Record<string, unknown>>,
): string => {
  const formulas = formulasOf(family, options)
  return [
    ...game.players.map((p) => playerLine(p, formulas)),
    ...(formulas === undefined ? [] : [formulas.remark]),
  ].join('\n')
}
