/**
 * randomParams(model | objective, seed, spread): parameters to test a law at.
 *
 *   init(of, seed) + spread · N(0, 1), entry by entry
 *
 * The start alone would leave biases at 0 and tables flat, where many mistakes cannot be seen.
 */
import type { Params } from '../dsl/params.js'
import { init } from '../inference/init.js'
import { fold, keyFromSeed, normals } from '../runtime/keys.js'
import type { AnyParams } from './arbitraries/boundCase.js'

/** Random parameters for everything that has nets, from a seed. */
export const randomParams = <T>(of: { readonly nets: T }, seed: number, spread = 0.3): Params<T> => {
  const key = fold(keyFromSeed(seed), 'randomParams')
  const moved = (path: string, data: Float32Array) => {
    const noise = normals(fold(key, path), data.length)
    return data.map((x, i) => x + spread * (noise[i] as number))
  }
  const start: AnyParams = init(of, seed) as AnyParams
  return Object.fromEntries(
    Object.entries(start).map(([net, arrays]) => [
      net,
      Object.fromEntries(
        Object.entries(arrays).map(([path, a]) => [
          path,
          { shape: a.shape, data: moved(`${net}/${path}`, a.data) },
        ]),
      ),
    ]),
  ) as unknown as Params<T>
}
