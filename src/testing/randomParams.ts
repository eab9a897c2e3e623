/**
 * randomParams(model | objective, seed, spread): parameters to test a law at.
 *
 *   init(of, seed) + s · N(0, 1), entry by entry      s = spread / √fanIn for kernels, spread for biases and free parameters
 *
 * fanIn is the size of the argument of a dense layer, and height × width × channels of the window of a convolution, so
 * that what a layer adds to its output does not grow with its width.
 * The start alone would leave biases at 0 and tables flat, where many mistakes cannot be seen.
 */
import type { AnyNet, ParameterSpec } from '../dsl/net.js'
import type { Params } from '../dsl/params.js'
import { init } from '../inference/init.js'
import { fold, keyFromSeed, normals } from '../runtime/keys.js'
import type { AnyParams } from './arbitraries/boundCase.js'

/** Kernels start from Glorot's rule, which knows their fan-in. */
const scaleOf = ({ start }: ParameterSpec): number =>
  start.kind === 'glorotUniform' ? 1 / Math.sqrt(start.fanIn) : 1

/** Random parameters for everything that has nets, from a seed. */
export const randomParams = <T>(of: { readonly nets: T }, seed: number, spread = 0.3): Params<T> => {
  const key = fold(keyFromSeed(seed), 'randomParams')
  const nets = of.nets as Readonly<Record<string, AnyNet>>
  const moved = (net: string, path: string, data: Float32Array) => {
    const noise = normals(fold(key, `${net}/${path}`), data.length)
    const scale = spread * scaleOf(nets[net]?.parameters[path] as ParameterSpec)
    return data.map((x, i) => x + scale * (noise[i] as number))
  }
  const start: AnyParams = init(of, seed) as AnyParams
  return Object.fromEntries(
    Object.entries(start).map(([net, arrays]) => [
      net,
      Object.fromEntries(
        Object.entries(arrays).map(([path, a]) => [path, { shape: a.shape, data: moved(net, path, a.data) }]),
      ),
    ]),
  ) as unknown as Params<T>
}
