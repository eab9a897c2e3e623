/**
 * svgd(p, { data: ['x'], particles: n }): the posterior of shared latents as n particles that a fit moves, each by
 *
 *   φ(z_i) = (1/n) Σ_j [ k(z_j, z_i) ∇ log p(z_j, x_1 … x_N) + ∇_{z_j} k(z_j, z_i) ]        (stein.ts), over N
 *
 * An objective like any other: its value is the mean of log p(z_j, x)/N over the particles, nats per datum, and its gradient in
 * particle i is φ(z_i)/N. The particles are parameters, one net for each latent under its name; particlesOf reads them. Nets
 * of p learn beside them, by the mean over the particles. A minibatch of B estimates the sum over the data by N/B times its own.
 * Latents are shared by all data and Real; write log s for a positive s. Its value is no bound: watch the particles.
 * Liu and Wang, 2016, "Stein variational gradient descent", algorithm 1. Errors: tag `model`, a latent that is drawn per datum,
 * lives elsewhere or has no density; tag `option`. Tested in tests/inference/svgd.test.ts.
 */

import * as tf from '@tensorflow/tfjs'
import { can } from '../dsl/distribution.js'
import type { DomainName, Real } from '../dsl/domains/marks.js'
import { fail, type GiryError, giryError, throwAll } from '../dsl/error.js'
import {
  type AnyModel,
  datumAxis,
  type Merge,
  type Model,
  type Site,
  type SiteNames,
  sitesOf,
} from '../dsl/model.js'
import type { Net } from '../dsl/net.js'
import { detach } from '../dsl/numerics/stopGradient.js'
import type { DataSpec, Environment, Objective } from '../dsl/objective.js'
import { mul } from '../dsl/operations/arithmetic.js'
import { densityRemedy } from '../dsl/rules.js'
import { run } from '../dsl/run.js'
import { type Shape, sizeOf } from '../dsl/shape.js'
import { shown } from '../dsl/shown.js'
import {
  type AnyValue,
  expandAxes,
  makeValue,
  meanOver,
  showSpaceOf,
  sumOver,
  type Value,
} from '../dsl/value.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import { logDensity, particleAxis, total } from './estimators/draws.js'
import { particlesNet } from './particles.js'
import { steinDirection } from './stein.js'
import { gradientsOf } from './step.js'

type Scalar = Value<[], Real>
type Values = Readonly<Record<string, AnyValue>>

type MarksOf<X> = X extends { readonly domain: { readonly marks: infer D } } ? D : never

/** The sentences that say why particles cannot follow the posterior of p; never, if they can. */
export type ParticleFault<R, D extends string> =
  | {
      [K in D]: K extends SiteNames<R> ? DatumFault<K, R[K]> : `'${K}' is no site of p, so it cannot be data`
    }[D]
  | { [K in SiteNames<R>]: K extends D ? never : LatentFault<K, R[K]> }[SiteNames<R>]

type DatumFault<K extends string, S> =
  S extends Site<infer _X, never, infer F, infer Sc>
    ? Sc extends 'shared'
      ? `datum '${K}' is shared in p but the data give one per datum`
      : S extends { readonly capabilities: { readonly density: true } }
        ? never
        : `datum '${K}': p draws it from ${F}, which has no density`
    : never

type LatentFault<K extends string, S> =
  S extends Site<infer X, never, infer F, infer Sc>
    ? Sc extends 'datum'
      ? `latent '${K}' is drawn per datum, but particles are draws for all data`
      : DomainName<MarksOf<X>> extends 'Real'
        ? S extends { readonly capabilities: { readonly density: true } }
          ? never
          : `latent '${K}': p draws it from ${F}, which has no density`
        : `latent '${K}': p has ${DomainName<MarksOf<X>>}, but particles move in Real`
    : never

/** Accepts a model whose posterior particles can follow; otherwise the sentences. */
export type Moves<R, D extends string> = [ParticleFault<R, D>] extends [never] ? unknown : ParticleFault<R, D>

/** Options of Stein variational gradient descent. */
export interface SvgdOptions<D extends string = string> {
  /** The sites of p that are data; the others are latents. */
  readonly data: readonly D[]
  /** n; each costs an evaluation of log p, and pairs of them n². */
  readonly particles: number
  /** h of exp(−‖x − y‖² / h); by the median of the distances at each step if left out. */
  readonly bandwidth?: number
  /** The deviation of the particles at the start; 1 if left out. */
  readonly start?: number
}

/** The nets: those of p, and the particles of each latent. */
export type WithParticles<T, R, D extends string> = Merge<
  T,
  {
    readonly [K in Exclude<SiteNames<R>, D>]: Net<() => Value<ShapeOfSite<R[K]>, Real>>
  }
>
type ShapeOfSite<E> = E extends { readonly space: { readonly shape: infer S extends Shape } } ? S : Shape

/** The data: the sites named so, and the inputs of p. */
export type SiteData<G, R, D extends string> = Merge<
  { readonly [K in D & keyof R]: R[K] extends { readonly space: infer X } ? X : never },
  G
>

const error = (name: string, message: string, remedy: string): readonly GiryError[] => [
  giryError('model', name, message, remedy),
]

const datumFaults = (name: string, site: Site): readonly GiryError[] => {
  if (site.scope === 'shared')
    return error(name, `datum '${name}' is shared in p but the data give one per datum`, 'draw it with bind')
  return can(site, 'density')
    ? []
    : error(
        name,
        `datum '${name}': p draws it from ${site.family}, which has no density`,
        densityRemedy(site.family),
      )
}

const latentFaults = (name: string, site: Site): readonly GiryError[] => {
  if (site.scope === 'datum')
    return error(
      name,
      `latent '${name}' is drawn per datum, but particles are draws for all data`,
      'draw it with shared, or use elbo',
    )
  if (site.space.domain.name !== 'Real')
    return error(
      name,
      `latent '${name}': p has ${showSpaceOf({ ...site.space, shape: [] })}, but particles move in Real`,
      'draw its logarithm, or another function of it that is free, and name it with letTo',
    )
  return can(site, 'density')
    ? []
    : error(
        name,
        `latent '${name}': p draws it from ${site.family}, which has no density`,
        densityRemedy(site.family),
      )
}

const siteFaults = (p: AnyModel, data: readonly string[]): readonly GiryError[] => [
  ...data
    .filter((name) => p.entries[name]?.kind !== 'site')
    .flatMap((name) =>
      error(
        name,
        `'${name}' is no site of p, so it cannot be data`,
        `its sites are ${sitesOf(p)
          .map(([known]) => known)
          .join(', ')}`,
      ),
    ),
  ...sitesOf(p).flatMap(([name, site]) => (data.includes(name) ? datumFaults : latentFaults)(name, site)),
]

const noLatentFaults = (p: AnyModel, data: readonly string[]): readonly GiryError[] =>
  sitesOf(p).some(([name]) => !data.includes(name))
    ? []
    : [
        giryError(
          'option',
          'data',
          'every site of p is data, so there is nothing that particles could follow',
          'leave the latents out of data',
        ),
      ]

const dataFaults = (p: AnyModel, data: unknown): readonly GiryError[] => {
  if (!Array.isArray(data))
    return [
      giryError(
        'option',
        'data',
        `data must be a list of sites of p, but ${shown(data)} was given`,
        "write data: ['x']",
      ),
    ]
  const found = siteFaults(p, data)
  return found.length > 0 ? found : noLatentFaults(p, data)
}

const positiveFault = (name: string, x: number | undefined): readonly GiryError[] =>
  x === undefined || (x > 0 && x < Infinity)
    ? []
    : [giryError('option', name, `${name} must be a number > 0, but ${shown(x)} was given`, 'leave it out')]

const numberFaults = ({ particles, bandwidth, start }: SvgdOptions): readonly GiryError[] => [
  ...(Number.isInteger(particles) && particles >= 1
    ? []
    : [
        giryError(
          'option',
          'particles',
          `particles must be a whole number >= 1, but ${shown(particles)} was given`,
          'use 50, or more for a finer posterior',
        ),
      ]),
  ...positiveFault('bandwidth', bandwidth),
  ...positiveFault('start', start),
]

/** log p(z, x)/N at each particle. */
const logJoint = (p: AnyModel, z: Values, env: Environment): Scalar => {
  const terms: Scalar[] = []
  run(p, {
    functions: env.functions,
    given: env.data,
    choose: (name, site, d, observed) => {
      const value = observed ?? ((z[name] ?? env.data[name]) as AnyValue)
      const plates = site.plates.map((a) => a.name)
      const summed = sumOver(expandAxes(logDensity(d, value), site.plates), plates)
      const term = site.scope === 'shared' ? mul(1 / env.dataSize, summed) : meanOver(summed, [datumAxis])
      env.observe?.(name, `log p(${name})`, term)
      terms.push(term)
      return value
    },
  })
  return total(terms)
}

const unobserved = ({ observe: _, ...env }: Environment): Environment => env

const replaced = (z: readonly AnyValue[], tensors: readonly tf.Tensor[]): readonly AnyValue[] =>
  z.map((v, i) => ({ ...v, tensor: tensors[i] as tf.Tensor }))

/** φ/N of each latent's particles, which are constants here: the latents of a particle are one point. */
const directions = (
  z: readonly AnyValue[],
  joint: (z: readonly AnyValue[]) => Scalar,
  env: Environment,
  bandwidth: number | undefined,
): readonly tf.Tensor[] => {
  const at = z.map((v) => v.tensor)
  const { grads } = gradientsOf((...free) => tf.sum(joint(replaced(z, free)).tensor) as tf.Scalar, at)
  const n = at[0]?.shape[0] as number
  const joined = (tensors: readonly tf.Tensor[]) =>
    tf.concat(
      tensors.map((t) => tf.reshape(t, [n, t.size / n])),
      1,
    ) as tf.Tensor2D
  const phi = steinDirection(joined(at), joined(grads), bandwidth, 1 / env.dataSize)
  let from = 0
  return at.map((t) => {
    const size = sizeOf(t.shape) / n
    const part = tf.slice(phi, [0, from], [n, size])
    from += size
    return tf.reshape(part, t.shape)
  })
}

/** 0 in value; its gradient in each particle is the direction. */
const pull = (z: readonly AnyValue[], phi: readonly tf.Tensor[]): tf.Tensor =>
  z
    .map((v, i) => tf.sum(tf.mul(detach(phi[i] as tf.Tensor), tf.sub(v.tensor, detach(v.tensor)))))
    .reduce((a, b) => tf.add(a, b))

const requireOnce = (env: Environment): void => {
  if (env.twice === true)
    fail(
      'model',
      'svgd',
      'consensus and unrolled differentiate a gradient, but the directions of particles are constants of it',
      'fit svgd as an objective of its own',
    )
}

/** Particles that follow the posterior of shared latents; does not compile unless all of them are Real and have densities. */
export const svgd = <T, G, R, const D extends string>(
  p: Model<T, G, R> & Moves<R, D>,
  options: SvgdOptions<D>,
): Objective<WithParticles<T, R, D>, SiteData<G, R, D>> => {
  const model = p as unknown as AnyModel
  const given = optionsOf('svgd', options)
  throwAll([...dataFaults(model, given.data), ...boundOptionFaults('svgd', given), ...numberFaults(given)])
  const { particles, bandwidth, start = 1 } = given
  const data: readonly string[] = given.data
  const latents = sitesOf(model).filter(([name]) => !data.includes(name))
  const nets = latents.map(([name, site]) => [
    name,
    particlesNet({ ...site.space, plates: site.plates }, particles, start),
  ])
  const columns = data.map((name): [string, DataSpec] => {
    const site = model.entries[name] as Site
    return [name, { ...site.space, plates: site.plates }]
  })
  return {
    tag: 'objective',
    description: `${particles} particles`,
    nets: { ...model.nets, ...Object.fromEntries(nets) } as unknown as WithParticles<T, R, D>,
    data: { ...model.given, ...Object.fromEntries(columns) } as unknown as SiteData<G, R, D>,
    evaluate: (env) => {
      requireOnce(env)
      const z = latents.map(([name]) => (env.functions[name] as () => AnyValue)())
      const jointIn =
        (e: Environment) =>
        (values: readonly AnyValue[]): Scalar =>
          logJoint(model, Object.fromEntries(latents.map(([name], i) => [name, values[i] as AnyValue])), e)
      const here = replaced(
        z,
        z.map((v) => detach(v.tensor)),
      )
      const value = meanOver(jointIn(env)(here), [particleAxis])
      // Its terms are those of the value, which have been observed.
      const phi = directions(here, jointIn(unobserved(env)), env, bandwidth)
      return makeValue(tf.add(value.tensor, pull(z, phi)), [], value.domain)
    },
  }
}
