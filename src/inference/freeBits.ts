/**
 * Free bits: the divergence of a latent z counts at least λ nats, so that nothing is gained by pressing it below.
 *
 *   −max(λ, E_batch KL(q(z | x) ‖ p(z)))        E_batch is the mean over the minibatch and the particles
 *
 * Written as a choice that the gradient takes for constant: the term itself where its mean is above λ, −λ elsewhere. So each
 * estimator of the gradient stays what it is, and the gradient is 0 below λ. In plates the sum over the plate counts; of
 * a shared latent, the divergence itself, of which a datum has 1/N.
 * Kingma et al., 2016, "Improved variational inference with inverse autoregressive flow", equation 15. Errors: tag `option`.
 * Tested in tests/inference/freeBits.test.ts.
 */
import type { Real } from '../dsl/domains/marks.js'
import { type GiryError, giryError } from '../dsl/error.js'
import { type AnyModel, datumAxis, type Model, type Site, sitesOf } from '../dsl/model.js'
import { neg } from '../dsl/operations/arithmetic.js'
import { greater, where } from '../dsl/operations/comparisons.js'
import { stopGradient } from '../dsl/operations/functions.js'
import type { SiteNames } from '../dsl/rules.js'
import { expandAxes, meanOver, sumOver, type Value } from '../dsl/value.js'
import { type Draws, particleAxis } from './estimators/draws.js'
import { sumOut } from './expectation.js'

type Scalar = Value<[], Real>

/** Names of the latents that q proposes. */
export type LatentNames<Q> = Q extends Model<unknown, unknown, infer R> ? SiteNames<R> : string

/** Nats that are free: of every latent, or of each by name. */
export type FreeBits<N extends string = string> = number | { readonly [K in N]?: number | undefined }

/** The free nats of one latent. */
export const freeBitsOf = (free: FreeBits | undefined, name: string): number =>
  (typeof free === 'object' ? free[name] : free) ?? 0

const isFree = (x: unknown): boolean => typeof x === 'number' && x >= 0 && x < Infinity

/** What is wrong with free bits. */
export const freeBitsFaults = (q: AnyModel, free: unknown): readonly GiryError[] => {
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
    ...(x === undefined || isFree(x)
      ? []
      : [
          giryError(
            'option',
            'freeBits',
            `free bits are a number of nats >= 0, but ${String(x)} was given`,
            'use 0.5, or leave them out',
          ),
        ]),
  ])
}

/** A latent of p with its free nats. */
interface Latent {
  readonly p: Site
  readonly free: number
}

/** The mean over the minibatch of a term in all its plates. */
const meanOfTerm = (l: Latent, term: Scalar, draws: Draws): Scalar => {
  const plates = l.p.plates
  const summed = sumOver(sumOut(expandAxes(term, plates), draws.drawn), [
    ...draws.plates,
    ...plates.map((a) => a.name),
  ])
  return meanOver(summed, [particleAxis, datumAxis])
}

/** The term −KL of a latent, or −λ in its place (its part of it, in a plate) where its mean is above −λ. */
export const atLeast = (l: Latent, term: Scalar, draws: Draws): Scalar => {
  if (l.free === 0) return term
  const elements = l.p.plates.reduce((n, a) => n * a.size, 1)
  const counts = greater(neg(stopGradient(meanOfTerm(l, term, draws))), l.free as number)
  return where(counts, term, (-l.free / elements) as number) as Scalar
}
