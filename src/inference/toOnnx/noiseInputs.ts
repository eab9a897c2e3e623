/**
 * Noise as inputs of a file, or as operators that draw it.
 *
 *   noise.child('z').normal(shape)  ->  noise/z/0      the first draw of the site z; noise/x/component/0 of a part of x
 *
 * Asked twice for one draw, a stream gives one tensor, as streams of a key do (src/runtime/noise.ts).
 * Uniforms lie strictly inside (0, 1): ONNX may draw the lower end, so it draws from (2^-24, 1 - 2^-24).
 */

import type * as tf from '@tensorflow/tfjs'
import type { Noise } from '../../dsl/noise.js'
import { type Shape, sameShape } from '../../dsl/shape.js'
import type { OnnxModel, OnnxNode } from '../../runtime/onnx/lowering.js'
import { float, int } from '../../runtime/onnx/lowering.js'
import type { Tracing } from '../../runtime/trace/backend.js'

/** How the numbers of a draw are distributed. */
export type NoiseKind = 'normal' | 'uniform'

/** The draws that a recording asked for, by the name of their input. */
export type Drawn = Map<string, { readonly kind: NoiseKind; readonly tensor: tf.Tensor }>

/** The words for a kind of noise. */
export const noiseWords: Readonly<Record<NoiseKind, string>> = {
  normal: 'standard normal noise',
  uniform: 'uniform noise, strictly inside (0, 1)',
}

const inputFor = (t: Tracing, drawn: Drawn, name: string, kind: NoiseKind, shape: Shape): tf.Tensor => {
  const known = drawn.get(name)
  if (known !== undefined && known.kind === kind && sameShape(known.tensor.shape, shape)) return known.tensor
  if (known !== undefined) return inputFor(t, drawn, `${name}/${kind}`, kind, shape)
  const tensor = t.input(name, shape)
  drawn.set(name, { kind, tensor })
  return tensor
}

/** Noise whose draws are inputs under this name. */
export const noiseInputs = (t: Tracing, drawn: Drawn, name: string): Noise => {
  let count = 0
  const draw = (kind: NoiseKind) => (shape: Shape) => inputFor(t, drawn, `${name}/${count++}`, kind, shape)
  return {
    normal: draw('normal'),
    uniform: draw('uniform'),
    child: (part) => noiseInputs(t, drawn, `${name}/${part}`),
  }
}

const GRID = 2 ** -24
const FLOAT = 1

const operators: Readonly<Record<NoiseKind, Pick<OnnxNode, 'operator' | 'attributes'>>> = {
  normal: { operator: 'RandomNormalLike', attributes: { dtype: int(FLOAT) } },
  uniform: {
    operator: 'RandomUniformLike',
    attributes: { dtype: int(FLOAT), low: float(GRID), high: float(1 - GRID) },
  },
}

/** The model with its noise inputs replaced by operators that draw them at each run. */
export const drawnInside = (model: OnnxModel, kinds: ReadonlyMap<string, NoiseKind>): OnnxModel => {
  const noise = model.inputs.filter(({ name }) => kinds.has(name))
  const nodes = noise.flatMap(({ name }): OnnxNode[] => [
    {
      operator: 'ConstantOfShape',
      domain: '',
      inputs: [`${name}#shape`],
      outputs: [`${name}#zeros`],
      attributes: {},
    },
    { ...operators[kinds.get(name) as NoiseKind], domain: '', inputs: [`${name}#zeros`], outputs: [name] },
  ])
  const shapes = noise.map(({ name, shape }) => ({
    name: `${name}#shape`,
    type: 'int64' as const,
    shape: [shape.length],
    value: shape as readonly number[],
  }))
  return {
    ...model,
    inputs: model.inputs.filter(({ name }) => !kinds.has(name)),
    constants: [...model.constants, ...shapes],
    nodes: [...nodes, ...model.nodes],
  }
}
