/**
 * Activations of hidden layers by name, and links: how a net's last layer reaches the domain of its output space.
 *
 *   Real: x      Positive, NonNegative: softplus(x)      Unit: sigmoid(x)      Simplex: softmax(x)
 */
import type { AnyDomain, Real } from '../domains/marks.js'
import { fail } from '../error.js'
import {
  elu,
  gelu,
  leakyRelu,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from '../operations/functions.js'
import type { Shape } from '../shape.js'
import { type AnyValue, showSpaceOf, type Value, withDomain } from '../value.js'

type RealMap = (x: Value<Shape, Real>) => Value<Shape, Real>

/** The activations, by name. */
export const activations = {
  linear: (x) => x,
  relu,
  tanh,
  sigmoid,
  softplus,
  elu,
  leakyRelu: (x) => leakyRelu(x),
  gelu,
  silu,
} as const satisfies Record<string, RealMap>

/** Name of an activation. */
export type Activation = keyof typeof activations

/** Fails unless there is an activation of this name; nets ask when they are built. */
export const requireActivation = (name: Activation): void => {
  if (!Object.hasOwn(activations, name))
    fail(
      'option',
      'activation',
      `'${name}' is not an activation`,
      `use one of ${Object.keys(activations).join(', ')}`,
    )
}

/** Applies the named activation. */
export const activate = (name: Activation, x: Value<Shape, Real>): Value<Shape, Real> => {
  requireActivation(name)
  return (activations[name] as RealMap)(x)
}

const links: Readonly<Record<string, (x: Value<Shape, Real>) => AnyValue>> = {
  Real: (x) => x,
  NonNegative: softplus,
  Positive: softplus,
  Unit: sigmoid,
  Simplex: softmax,
}

/** Fails unless a net can map into the domain. */
export const requireLink = (output: { readonly domain: AnyDomain; readonly shape: Shape }): void => {
  if (!(output.domain.name in links))
    fail(
      'domain',
      'net',
      `no net maps into ${showSpaceOf(output)}`,
      `use one of ${Object.keys(links).join(', ')} as the output, and a distribution on the rest`,
    )
}

/** Maps real outputs into the domain. */
export const link = (domain: AnyDomain, x: Value<Shape, Real>): AnyValue =>
  withDomain((links[domain.name] ?? ((y) => y))(x), domain)
