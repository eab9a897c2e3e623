/** The gradient of a gradient penalty through every activation and every kind of net. */
import { describe, it } from 'vitest'
import { type Activation, activations } from '../../src/dsl/nets/activation.js'
import { chain } from '../../src/dsl/nets/chain.js'
import { conv2d, conv2dTranspose } from '../../src/dsl/nets/conv2d.js'
import { dense, gaussian, mlp } from '../../src/dsl/nets/dense.js'
import { spectralNorm } from '../../src/dsl/nets/spectralNorm.js'
import { positive, real, simplex, unit } from '../../src/dsl/space.js'
import { caseOf, expectAgreement } from './secondOrder.js'

const kinked: readonly string[] = ['relu', 'leakyRelu', 'elu']
const names = Object.keys(activations) as Activation[]

describe('the gradient of a gradient penalty', () => {
  it.each(
    names.map((activation) =>
      caseOf(
        activation,
        mlp(real(3), [5, 4], real(2), { activation }),
        [3],
        kinked.includes(activation) ? 0.004 : undefined,
      ),
    ),
  )('mlp of $name', expectAgreement)

  const seven = real(7, 6, 2)
  const image = [7, 6, 2]
  const options = { kernel: 3, activation: 'tanh' } as const
  it.each([
    caseOf(
      'spectralNorm of an mlp',
      spectralNorm(mlp(real(2), [5, 2], real(2), { activation: 'tanh' }), { iterations: 30 }),
      [2],
    ),
    caseOf(
      'spectralNorm of a convolution',
      spectralNorm(conv2d(seven, real(3, 2, 3), { ...options, stride: 2 }), { iterations: 30 }),
      image,
    ),
    caseOf('dense', dense(real(3), real(2)), [3]),
    caseOf('dense with an activation', dense(real(3), real(2), { activation: 'softplus' }), [3]),
    caseOf('dense to Positive', dense(real(3), positive(2)), [3]),
    caseOf('dense to Unit', dense(real(3), unit(2)), [3]),
    caseOf('dense to Simplex', dense(real(3), simplex(3)), [3]),
    caseOf('gaussian', gaussian(real(3), [4], real(2), { activation: 'tanh' }), [3]),
    caseOf('conv2d, valid', conv2d(seven, real(5, 4, 3), options), image),
    caseOf('conv2d, same', conv2d(seven, real(7, 6, 3), { ...options, padding: 'same' }), image),
    caseOf('conv2d, valid, stride 2', conv2d(seven, real(3, 2, 3), { ...options, stride: 2 }), image),
    caseOf(
      'conv2d, same, stride 2',
      conv2d(seven, real(4, 3, 3), { ...options, stride: 2, padding: 'same' }),
      image,
    ),
    caseOf(
      'conv2d, same, stride [3, 2]',
      conv2d(seven, real(3, 3, 3), { ...options, kernel: [2, 4], stride: [3, 2], padding: 'same' }),
      image,
    ),
    caseOf('conv2d, kernel 1', conv2d(seven, real(7, 6, 3), { ...options, kernel: 1 }), image),
    caseOf(
      'conv2dTranspose, valid, stride 2',
      conv2dTranspose(real(3, 2, 2), real(7, 5, 3), { ...options, stride: 2 }),
      [3, 2, 2],
    ),
    caseOf(
      'conv2dTranspose, same, stride 2',
      conv2dTranspose(real(3, 2, 2), real(6, 4, 3), { ...options, stride: 2, padding: 'same' }),
      [3, 2, 2],
    ),
    caseOf(
      'conv2dTranspose, same, odd size',
      conv2dTranspose(real(3, 2, 2), real(5, 3, 3), { ...options, stride: 2, padding: 'same' }),
      [3, 2, 2],
    ),
    caseOf('conv2dTranspose, stride 1', conv2dTranspose(real(3, 2, 2), real(5, 4, 3), options), [3, 2, 2]),
    caseOf(
      'chain of convolutions and an mlp',
      chain(
        conv2d(real(6, 6, 1), real(3, 3, 2), { ...options, stride: 2, padding: 'same' }),
        conv2d(real(3, 3, 2), real(2, 2, 2), { ...options, kernel: 2 }),
        mlp(real(2, 2, 2), [4], real(), { activation: 'silu' }),
      ),
      [6, 6, 1],
    ),
  ])('$name', expectAgreement)
})
