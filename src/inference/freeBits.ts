/**
 * Free bits: the divergence of a latent z counts at least λ nats, so that nothing is gained by pressing it below.
 *
 *   −max(λ, E_batch KL(q(z | x) ‖ p(z)))             E_batch is the mean over the minibatch and the particles
 *   −Σ_e max(λ, E_batch KL(q(z_e | x) ‖ p(z_e)))     per entry of z, where the entries are independent in q and in p
 *
 * Written as a choice that the gradient takes for constant: the term itself where its mean is above λ, −λ elsewhere. So each
 * estimator of the gradient stays what it is, and the gradient is 0 below λ. In plates the sum over the plate counts; of
 * a shared latent, the divergence itself, of which a datum has 1/N.
 * Kingma et al., 2016, "Improved variational inference with inverse autoregressive flow", equation 15. Errors: tag `option`.
 * Tested in tests/inference/freeBits.test.ts.
 */

import type { Real } from '../dsl/domains/marks.js'
import { type GiryError, giryError } from '../dsl/error.js'
import { type AnyModel, datumAxis, type Model, type SiteNames, sitesOf } from '../dsl/model.js'
import { neg } from '../dsl/operations/arithmetic.js'
import { greater, where } from '../dsl/operations/comparisons.js'
import { stopGradient } from '../dsl/operations/functions.js'
import { shown } from '../dsl/shown.js'
import { type Axis, expandAxes, meanOver, sumOver, type Value } from '../dsl/value.js'
import { entryAxis, entrywiseFamilies, isEntrywise } from './entrywise.js'
import { type Draws, particleAxis } from './estimators/draws.js'
import { sumOut } from './expectation.js'

type Scalar = Value<[], Real>

/** Names of the latents that q proposes. */
export type LatentNames<Q> = Q extends Model<unknown, unknown, infer R> ? SiteNames<R> : string

/** The free nats of a latent, or of each of its entries. */
export type Free = number | { readonly perEntry: number }

/** Nats that are free: of every latent, or of each by name. */
export type FreeBits<N extends string = string> = number | { readonly [K in N]?: Free | undefined }

/** The free nats of one latent. */
export const freeBitsOf = (
  free: FreeBits | undefined,
  name: string,
): { readonly free: number; readonly perEntry: boolean } => {
  const own = (typeof free === 'object' ? free[name] : free) ?? 0
  return typeof own === 'object' ? { free: own.perEntry, perEntry: true } : { free: own, perEntry: false }
}

const isFree = (x: unknown): boolean => typeof x === 'number' && x >= 0 && x < Infinity

const entryFaults = (p: AnyModel, q: AnyModel, name: string, free: unknown): readonly GiryError[] => {
  const [sp, sq] = [p.entries[name], q.entries[name]]
  if (typeof free !== 'object' || sp?.kind !== 'site' || sq?.kind !== 'site') return []
  return isEntrywise(sp.family) && isEntrywise(sq.family)
    ? []
    : [
        giryError(
          'option',
          'freeBits',
          `free bits per entry: latent '${name}' is ${sq.family} in q and ${sp.family} in p, whose entries are not both known to be independent`,
          `draw both from ${entrywiseFamilies.join(', ')}, or give nats for the latent as a whole`,
        ),
      ]
}

/** What is wrong with free bits. */
export const freeBitsFaults = (p: AnyModel, q: AnyModel, free: unknown): readonly GiryError[] => {
  if (free === undefined) return []
  const named = Object.entries(typeof free === 'object' && free !== null ? free : { freeBits: free })
  const latents = sitesOf(q).map(([name]) => name)
  return named.flatMap(([name, x]) => [
    ...(typeof free === 'object' && !latents.includes(name)
      ? [
          giryError(
            'option',
            'freeBits',
            `freeBits names '${name}', but q has no such site`,
            `its latents are ${latents.join(', ') || 'none'}`,
          ),
        ]
      : []),
    ...entryFaults(p, q, name, x),
    ...(x === undefined || isFree(x) || isFree((x as { readonly perEntry?: unknown } | null)?.perEntry)
      ? []
      : [
          giryError(
            'option',
            'freeBits',
            `free bits are a number of nats >= 0, but ${shown(x)} was given`,
            'use 0.5, or leave them out',
          ),
        ]),
  ])
}

/** What is asked of a latent: its free nats, and the plates it lies in. */
interface Floored {
  readonly free: number
  readonly p: { readonly plates: readonly Axis[] }
}

/** The mean over the minibatch of a term in all its plates. */
const meanOfTerm = (l: Floored, term: Scalar, draws: Draws): Scalar => {
  const plates = l.p.plates
  const summed = sumOver(sumOut(expandAxes(term, plates), draws.drawn), [
    ...draws.plates,
    ...plates.map((a) => a.name),
  ])
  return meanOver(summed, [particleAxis, datumAxis])
}

/** The term −KL of a latent, or −λ in its place (its part of it, in a plate) where its mean is above −λ; entries are added up. */
export const atLeast = (l: Floored, term: Scalar, draws: Draws): Scalar => {
  if (l.free === 0) return term
  const elements = l.p.plates.reduce((n, a) => n * a.size, 1)
  const counts = greater(neg(stopGradient(meanOfTerm(l, term, draws))), l.free as number)
  return sumOver(where(counts, term, (-l.free / elements) as number) as Scalar, [entryAxis])
}
