/**
 * Parameters: immutable, named arrays; `Params<T>` has one record for each net of T.
 *
 *   params.decode['0/kernel'] : { shape: [2, 400], data: Float32Array }        path: decode/0/kernel
 *
 * A function that takes `Params<{ decode }>` accepts `Params<{ decode, encode }>`, and refuses one without `decode`
 * at compile time; `requireParams` is the run-time twin. Tested in tests/dsl/params.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { fail, type GiryError, giryError, throwAll } from './error.js'
import type { AnyNet } from './net.js'
import { type Shape, sameShape, sizeOf } from './shape.js'

/** One array: its shape and its numbers, row-major. */
export interface NamedArray {
  readonly shape: Shape
  readonly data: Float32Array
}

/** The parameters of one net, by path within the net. */
export type NetParams = Readonly<Record<string, NamedArray>>

/** The parameters of the nets T. */
export type Params<T> = { readonly [K in keyof T]: NetParams }

/** Tensors by full path. */
export type ParameterTensors = Readonly<Record<string, tf.Tensor>>

/** Arrays by full path, `decode/0/kernel`. */
export const flattenParams = (
  params: Readonly<Record<string, NetParams>>,
): Readonly<Record<string, NamedArray>> =>
  Object.fromEntries(
    Object.entries(params).flatMap(([net, arrays]) =>
      Object.entries(arrays).map(([path, a]) => [`${net}/${path}`, a]),
    ),
  )

/** The inverse of `flattenParams`. */
export const unflattenParams = (
  arrays: Readonly<Record<string, NamedArray>>,
): Readonly<Record<string, NetParams>> => {
  const params: Record<string, Record<string, NamedArray>> = {}
  for (const [path, array] of Object.entries(arrays)) {
    const cut = path.indexOf('/')
    if (cut < 1)
      fail(
        'params',
        path,
        `the array '${path}' belongs to no net`,
        'name each array net/path, such as decode/0/kernel',
      )
    const net = path.slice(0, cut)
    params[net] = { ...params[net], [path.slice(cut + 1)]: array }
  }
  return params
}

/** Everything that is wrong with parameters for these nets. */
export const paramErrors = (
  nets: Readonly<Record<string, AnyNet>>,
  params: Readonly<Record<string, NetParams>>,
): readonly GiryError[] =>
  Object.entries(nets).flatMap(([name, net]) => {
    const own = params[name]
    if (own === undefined && Object.keys(net.parameters).length > 0)
      return [
        giryError(
          'params',
          name,
          `the params have no net '${name}'`,
          'pass the params of a fit of this model, or init(model, seed)',
        ),
      ]
    return Object.entries(net.parameters).flatMap(([path, spec]) => {
      const array = own?.[path]
      if (array === undefined)
        return [
          giryError(
            'params',
            `${name}/${path}`,
            `the parameter '${name}/${path}' is missing`,
            'pass the params of this very net',
          ),
        ]
      if (!(array.data instanceof Float32Array) || array.data.length !== sizeOf(array.shape))
        return [
          giryError(
            'params',
            `${name}/${path}`,
            `the parameter '${name}/${path}' of shape [${array.shape}] must hold ${sizeOf(array.shape)} numbers in a Float32Array, but holds ${array.data instanceof Float32Array ? array.data.length : 'something else'}`,
            'pass the params as a fit gave them, or read them from a safetensors file',
          ),
        ]
      return sameShape(array.shape, spec.shape)
        ? []
        : [
            giryError(
              'params',
              `${name}/${path}`,
              `the parameter '${name}/${path}' has shape [${array.shape}], but the net has [${spec.shape}]`,
              'build the net with the sizes it was trained with',
            ),
          ]
    })
  })

/** Fails, with every reason, unless the parameters fit the nets. */
export const requireParams = (
  nets: Readonly<Record<string, AnyNet>>,
  params: Readonly<Record<string, NetParams>>,
): void => throwAll(paramErrors(nets, params))

/** The parameters of these nets as fresh tensors, by full path. */
export const tensorsOf = (
  nets: Readonly<Record<string, AnyNet>>,
  params: Readonly<Record<string, NetParams>>,
): ParameterTensors => {
  requireParams(nets, params)
  return Object.fromEntries(
    Object.entries(nets).flatMap(([name, net]) =>
      Object.keys(net.parameters).map((path) => {
        const array = (params[name] as NetParams)[path] as NamedArray
        return [`${name}/${path}`, tf.tensor(array.data, [...array.shape], 'float32')]
      }),
    ),
  )
}
