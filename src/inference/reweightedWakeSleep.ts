/**
 * Reweighted wake-sleep: a game of two players, p who explains the data, and q who infers.
 *
 *   p maximizes wakeTheta = L_K      q maximizes   wake: E_P(z|x)[log q(z | x)]     sleep: E_p(x, z)[log q(z | x)]
 *                                                  both: the mean of the two
 *
 * It is no descent of one bound: q follows the forward divergence KL(P(z | x) ‖ q), under which its gradient does not lose its
 * signal as K grows, and which asks no gradient of a draw. The nets of p belong to the player p, those of q to q, so they
 * share none.
 * Errors: those of iwae, and a net of both: tag `model`. Tag `option`: phi, particles.
 * Bornschein and Bengio, 2015, "Reweighted wake-sleep"; Le et al., 2019, "Revisiting reweighted wake-sleep".
 * Tested in tests/inference/reweightedWakeSleep.test.ts.
 */
import { type GiryError, giryError, throwAll } from '../dsl/error.js'
import { type Game, game } from '../dsl/game.js'
import type { AskedMethod } from '../dsl/gradientMethods.js'
import type { AnyModel, Merge, Model } from '../dsl/model.js'
import { type AnyObjective, plus, scale } from '../dsl/objective.js'
import type { Fits, Latents } from '../dsl/rules.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import type { BoundData } from './elbo.js'
import type { ParticlesOption } from './importance/bound.js'
import type { SitesOption } from './importance/methods.js'
import { sleep } from './sleep.js'
import { wakePhi, wakeTheta } from './wake.js'

/** What q learns from: the data, its own dreams, or both. */
export type PhiPhase = 'wake' | 'sleep' | 'both'

/** Options of reweighted wake-sleep. */
export interface WakeSleepOptions extends ParticlesOption {
  /** What q learns from; `wake` if left out. */
  readonly phi?: PhiPhase
}

/** The sentence for a net that p and q share. */
export type SharedNetFault<TP, TQ> = {
  [K in keyof TP & keyof TQ & string]: `p and q share the net '${K}', which two players would own`
}[keyof TP & keyof TQ & string]

/** Accepts models without a common net; otherwise the sentences. */
export type Apart<TP, TQ> = [SharedNetFault<TP, TQ>] extends [never] ? unknown : SharedNetFault<TP, TQ>

/** The run-time twin of `SharedNetFault`. */
const sharedNetFaults = (p: AnyModel, q: AnyModel): readonly GiryError[] =>
  Object.keys(p.nets)
    .filter((name) => name in q.nets)
    .map((name) =>
      giryError(
        'model',
        name,
        `p and q share the net '${name}', which two players would own`,
        'give each a net of its own, or maximize iwae',
      ),
    )

const phases: readonly string[] = ['wake', 'sleep', 'both'] satisfies PhiPhase[]

const phaseFaults = (phi: string): readonly GiryError[] =>
  phases.includes(phi)
    ? []
    : [giryError('option', 'phi', `'${phi}' is not a phase of q`, `use ${phases.join(', ')}`)]

type Phase = (p: unknown, q: unknown, options: object) => AnyObjective
const [theta, awake, asleep] = [wakeTheta, wakePhi, sleep] as unknown as [Phase, Phase, Phase]

const phaseOf = (p: unknown, q: unknown, phi: PhiPhase, options: ParticlesOption): AnyObjective => {
  if (phi === 'sleep') return asleep(p, q, {})
  const wake = awake(p, q, options)
  return phi === 'wake' ? wake : (scale(0.5, plus(wake, asleep(p, q, {}))) as AnyObjective)
}

/** Reweighted wake-sleep as a game of the players p and q; does not compile unless q fits p and shares no net with it. */
export const reweightedWakeSleep = <
  TP,
  GP,
  RP,
  TQ,
  GQ,
  RQ,
  const M extends {
    readonly [K in Latents<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>]?: AskedMethod
  } = object,
>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>> & Apart<TP, TQ>,
  options: WakeSleepOptions & SitesOption<Model<TQ, GQ, RQ>, M, 'wakeTheta', 'score' | 'enumerate'>,
): Game<Merge<TP, TQ>, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>> => {
  const [mp, mq] = [p, q] as unknown as [AnyModel, AnyModel]
  const given = optionsOf('reweightedWakeSleep', options)
  const { phi = 'wake', ...rest } = given
  throwAll([
    ...boundOptionFaults('reweightedWakeSleep', given),
    ...phaseFaults(phi),
    ...sharedNetFaults(mp, mq),
  ])
  const both = {
    p: { owns: Object.keys(mp.nets), maximize: theta(p, q, rest) },
    q: { owns: Object.keys(mq.nets), maximize: phaseOf(p, q, phi, rest) },
  }
  const playing = Object.entries(both).filter(([, player]) => player.owns.length > 0)
  return game(Object.fromEntries(playing) as never) as never
}
