/**
 * chain(f, g, …): nets one after the other, x → g(f(x)); the parameters of the i-th are at `i/…`.
 *
 * The compiler checks that each takes what the one before gives; the run time checks it again at construction.
 * Tested in tests/dsl/nets/chain.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type AnyNet,
  exampleOf,
  type Feeds,
  type Net,
  type NetFunction,
  type NetTensors,
  prefixed,
  under,
} from '../net.js'

/** A net from the space X to Y. */
type From<X, Y> = Net<NetFunction<X, Y>>
type Call = (x: unknown) => unknown

/** Two to five nets, one after the other; `& Feeds<…>` turns a misfit into a sentence. */
export const chain: {
  <X, Y, B, Z>(f: From<X, Y>, g: From<B, Z> & Feeds<Y, B>): From<X, Z>
  <X, Y, B, Z, C, W>(f: From<X, Y>, g: From<B, Z> & Feeds<Y, B>, h: From<C, W> & Feeds<Z, C>): From<X, W>
  <X, Y, B, Z, C, W, D, U>(
    f: From<X, Y>,
    g: From<B, Z> & Feeds<Y, B>,
    h: From<C, W> & Feeds<Z, C>,
    i: From<D, U> & Feeds<W, D>,
  ): From<X, U>
  <X, Y, B, Z, C, W, D, U, E, T>(
    f: From<X, Y>,
    g: From<B, Z> & Feeds<Y, B>,
    h: From<C, W> & Feeds<Z, C>,
    i: From<D, U> & Feeds<W, D>,
    j: From<E, T> & Feeds<U, E>,
  ): From<X, T>
} = (...nets: readonly AnyNet[]): Net<never> => {
  const through = (functions: readonly unknown[]) => (x: unknown) =>
    functions.reduce((y, f) => (f as Call)(y), x)
  const input = nets[0]?.input
  // Each example checks its argument, so one pass over examples finds a misfit.
  if (input !== undefined)
    tf.tidy(() => {
      through(nets.map((n) => n.example))(exampleOf(input))
    })
  return {
    tag: 'net',
    ...(input === undefined ? {} : { input }),
    description: nets.map((n) => n.description).join(', then '),
    parameters: Object.assign({}, ...nets.map((n, i) => prefixed(n.parameters, i))) as AnyNet['parameters'],
    apply: (tensors: NetTensors) => through(nets.map((n, i) => n.apply(under(tensors, `${i}`)))) as never,
    example: through(nets.map((n) => n.example)) as never,
  }
}
