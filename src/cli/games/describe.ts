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

/** What each player maximizes, by name. */
interface Formulas {
  readonly [player: string]: string
}

/** The formulas of a payoff, and what is known about the value at the solution. */
interface Described {
  readonly of: Formulas
  readonly remark?: string
}

interface PayoffFormulas {
  readonly D: string
  readonly G: string
  readonly remark: string
}

const JSD =
  'At the best D the first is 2 JSD(data ‖ fakes) − log 4 (without the penalty): −1.386 where nothing can be told apart.'

/** What the players of a payoff maximize. */
const payoffs: Readonly<Record<string, PayoffFormulas>> = {
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
  const formula = formulas?.[player.name] ?? player.objective.description
  return `${player.name} (owns ${player.owns.join(', ')}${steps(player)}) ${aim} ${formula}`
}

/** Penalties are those of the families in the registry. */
const R1 = ' − ½ γ E_data[|∇D|²]'
const GP = ' − λ E[(|∇D| − 1)²] between data and fakes'

/** A payoff in which critic and generator see more than x and z. */
const seeing = (
  { D, G }: PayoffFormulas,
  x: string,
  fake: string,
): { readonly D: string; readonly G: string } => {
  const more = (formula: string) => formula.replaceAll('D(x)', `D(${x})`).replaceAll('D(G(z))', `D(${fake})`)
  return { D: more(D), G: more(G) }
}

const withD = (formulas: Formulas, penalty: string): Formulas => ({
  ...formulas,
  D: `${formulas.D}${penalty}`,
})

/** What the players of each family maximize, given the formulas of its payoff. */
const families: Readonly<Record<string, (payoff: PayoffFormulas) => Described>> = {
  gan: ({ D, G, remark }) => ({ of: withD({ D, G }, R1), remark }),
  'wgan-gp': ({ D, G, remark }) => ({ of: withD({ D, G }, GP), remark }),
  pacgan: (payoff) => ({ of: withD(seeing(payoff, 'x₁, …, x₄', 'G(z₁), …, G(z₄)'), R1) }),
  'conditional-gan': (payoff) => ({ of: withD(seeing(payoff, 'x, c', 'G(z, c), c'), R1) }),
  acgan: (payoff) => {
    const { D, G } = seeing(payoff, 'x', 'G(z, c)')
    const named = 'E_z[log C(c | G(z, c))]'
    return {
      of: { D: `${D} + E_data[log C(c | x)] + ${named}${R1}`, G: `${G} + ${named}` },
      remark: 'C, the classifier, is a second head of D.',
    }
  },
  infogan: (payoff) => {
    const { D, G } = seeing(payoff, 'x', 'G(z, c, a)')
    return {
      of: { D: `${D}${R1}`, G: `${G} + λ E_z[log Q(c | G(z, c, a)) + log Qa(a | G(z, c, a))]` },
      remark:
        'c is one of K codes, drawn by v, and a is continuous. The last term bounds their information on x, but for constants.',
    }
  },
  bigan: () => ({
    of: {
      D: `E_data[log σ(D(x, z))] + E_z[log σ(−D(G(z), z))]${R1}`,
      'E, G': 'E_z[log σ(D(G(z), z))] + E_data[log σ(−D(x, z))]',
    },
    remark: 'Beside a datum, z ~ N(E(x)). At the solution both kinds of pairs have one law, and E inverts G.',
  }),
  'vae-gan': ({ D }) => ({
    of: {
      D: `${D}${R1}`,
      'E, G': 'E_q[log N(F(x) | F(G(z)), 1)] − β KL(q(z | x) ‖ p(z)) + λ E_z[log σ(D(G(z)))]',
    },
    remark:
      'D = H ∘ F. The first two terms of E, G are a bound of log p(F(x)): data are compared by features of D.',
  }),
  aae: () => ({
    of: {
      T: 'E_prior[log σ(T(z))] + E_q[log σ(−T(z))]',
      'E, G': 'E_q[log p(x | z)] + β E_q[log σ(T(z))]',
    },
    remark: 'T judges codes: at the solution those of all data together follow the prior.',
  }),
  avb: () => ({
    of: {
      T: 'E_q[log σ(T(x, z))] + E_prior[log σ(−T(x, z))]',
      'E, G': 'E_q[log p(x | z) − T(x, z)]',
    },
    remark: 'At the best T, log q(z | x) − log p(z), what E, G maximizes is the evidence lower bound.',
  }),
}

/** The name of the payoff of a family with these options; the non-saturating one where it has no choice. */
export const payoffOf = (family: string, options: Readonly<Record<string, unknown>>): string =>
  family === 'wgan-gp' ? 'wasserstein' : String(options.payoff ?? 'nonSaturating')

/** The generator in one line. */
export const fakeOf = ({ fake }: BuiltGame): string => `fake: ${graphLine(fake)}`

/** The value of the game, in place of a bound: what each player maximizes, and what that is at the solution. */
export const playersText = (
  { game }: BuiltGame,
  family: string,
  options: Readonly<Record<string, unknown>>,
): string => {
  const payoff = payoffs[payoffOf(family, options)]
  const described = payoff === undefined ? undefined : families[family]?.(payoff)
  return [
    ...game.players.map((p) => playerLine(p, described?.of)),
    ...(described?.remark === undefined ? [] : [described.remark]),
  ].join('\n')
}
