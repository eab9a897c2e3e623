/**
 * Corrected gradients for tfjs: importing this file registers them, once, for every backend.
 *
 * Law: for each differentiable kernel k, the gradient is an expression in the *inputs* of k made of differentiable
 * kernels; hence derivatives of every order agree with those of the function. tfjs 4.22 breaks the law where a
 * gradient reuses the saved output (issue 3252) or calls a kernel that has no gradient.
 *
 * Out of reach of a registration: tf.logSoftmax is wrong at second order and tf.logSumExp loses its tails
 * (logSumExp.ts replaces both); tf.logSigmoid (softplus.ts); the kernels Erf and, on wasm, Log1p are inaccurate (erf.ts,
 * log1p.ts).
 * Laws: tests/dsl/numerics/gradients.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { convolutionGradients } from './convolutionGradients.js'
import { depthwiseGradients } from './depthwiseGradients.js'
import { elementwiseGradients } from './elementwiseGradients.js'
import { matMulGradient } from './matMulGradient.js'
import { poolingGradients } from './poolingGradients.js'
import { reductionGradients } from './reductionGradients.js'
import { resizingGradients } from './resizingGradients.js'
import { zeroGradients } from './zeroGradients.js'

/** Every corrected gradient, in the order of registration. */
export const gradients: readonly tf.GradConfig[] = [
  ...elementwiseGradients,
  ...zeroGradients,
  ...reductionGradients,
  matMulGradient,
  ...convolutionGradients,
  ...depthwiseGradients,
  ...poolingGradients,
  ...resizingGradients,
]

for (const config of gradients) tf.registerGradient(config)
