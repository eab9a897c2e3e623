/**
 * init(model | nets, seed): the parameters that training starts from.
 *
 *   glorotUniform: U(−r, r), r = √(6 / (fanIn + fanOut))     normal: N(0, scale²)     constant, given: as they say
 *
 * Each array has a stream of its own, named by its path, so adding a net does not change the start of another.
 * Tested in tests/inference/init.test.ts.
 */

import { fail } from '../dsl/error.js'
import type { AnyNet, ParameterSpec } from '../dsl/net.js'
import type { NamedArray, NetParams, Params } from '../dsl/params.js'
import { sizeOf } from '../dsl/shape.js'
import { shown } from '../dsl/shown.js'
import { fold, type Key, keyFromSeed, normals, uniforms } from '../runtime/keys.js'

const start = (spec: ParameterSpec, key: Key): Float32Array => {
  const n = sizeOf(spec.shape)
  const { start: s } = spec
  if (s.kind === 'constant') return new Float32Array(n).fill(s.value)
  if (s.kind === 'given') return s.data.slice()
  if (s.kind === 'normal') return normals(key, n).map((x) => x * s.scale)
  const r = Math.sqrt(6 / (s.fanIn + s.fanOut))
  return uniforms(key, n).map((u) => r * (2 * u - 1))
}

/** Starting parameters for everything that has `nets`: a model, an objective, a game. */
export const init = <T>(of: { readonly nets: T }, seed: number): Params<T> => {
  if (!Number.isSafeInteger(seed))
    fail(
      'option',
      'seed',
      `the seed must be a whole number, but ${shown(seed)} was given`,
      'call init(model, 1)',
    )
  const key = fold(keyFromSeed(seed), 'init')
  const nets = of.nets as Readonly<Record<string, AnyNet>>
  const one = (name: string, net: AnyNet): NetParams =>
    Object.fromEntries(
      Object.entries(net.parameters).map(([path, spec]): [string, NamedArray] => [
        path,
        { shape: spec.shape, data: start(spec, fold(key, `${name}/${path}`)) },
      ]),
    )
  return Object.fromEntries(Object.entries(nets).map(([name, net]) => [name, one(name, net)])) as Params<T>
}
