/** Pairs (q, p) of each row of the table of divergences: one distribution each, whose parameters differ along an axis. */
import * as tf from '@tensorflow/tfjs'
import type { AnyDistribution } from '../../src/dsl/distribution.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { beta } from '../../src/dsl/distributions/beta.js'
import { binomial } from '../../src/dsl/distributions/binomial.js'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { delta } from '../../src/dsl/distributions/delta.js'
import { dirichlet } from '../../src/dsl/distributions/dirichlet.js'
import { exponential } from '../../src/dsl/distributions/exponential.js'
import { gamma } from '../../src/dsl/distributions/gamma.js'
import { geometric } from '../../src/dsl/distributions/geometric.js'
import { iid } from '../../src/dsl/distributions/iid.js'
import { inverseGamma } from '../../src/dsl/distributions/inverseGamma.js'
import { laplace } from '../../src/dsl/distributions/laplace.js'
import { logNormal } from '../../src/dsl/distributions/logNormal.js'
import { multinomial } from '../../src/dsl/distributions/multinomial.js'
import { multivariateNormal } from '../../src/dsl/distributions/multivariateNormal.js'
import { negativeBinomial } from '../../src/dsl/distributions/negativeBinomial.js'
import { normal } from '../../src/dsl/distributions/normal.js'
import { oneHotCategorical } from '../../src/dsl/distributions/oneHotCategorical.js'
import { poisson } from '../../src/dsl/distributions/poisson.js'
import { relaxedBernoulli } from '../../src/dsl/distributions/relaxedBernoulli.js'
import { studentT } from '../../src/dsl/distributions/studentT.js'
import { truncatedNormal } from '../../src/dsl/distributions/truncatedNormal.js'
import { standardUniform, uniform } from '../../src/dsl/distributions/uniform.js'
import { vonMises } from '../../src/dsl/distributions/vonMises.js'
import { sizeOf } from '../../src/dsl/shape.js'
import {
  type AnySpace,
  binary,
  category,
  cholesky,
  count,
  oneHot,
  positive,
  real,
  unit,
} from '../../src/dsl/space.js'
import { makeValue } from '../../src/dsl/value.js'
import { fold, keyFromSeed, uniforms } from '../../src/runtime/keys.js'

/** The axis of the pairs. */
export const pairAxis = 'pair'

type Uniform = (count: number) => Float32Array

/** Parameters along the axis of the pairs. */
interface Draw {
  /** Numbers within (low, high). */
  readonly real: (low: number, high: number) => never
  readonly positive: (low: number, high: number) => never
  readonly unit: (low: number, high: number) => never
  /** Elements made of `size` uniforms each. */
  readonly of: (space: AnySpace, size: number, make: (u: Float32Array) => readonly number[]) => never
}

/** Draws whose numbers have this shape. */
const drawOf = (n: number, uniform: Uniform, shape: readonly number[]): Draw => {
  const of = (space: AnySpace, size: number, make: (u: Float32Array) => readonly number[]): never => {
    const all = uniform(n * size)
    const numbers = Array.from({ length: n }, (_, i) => make(all.subarray(i * size, (i + 1) * size))).flat()
    return makeValue(tf.tensor(Float32Array.from(numbers), [n, ...space.shape]), space.shape, space.domain, [
      { name: pairAxis, size: n },
    ]) as never
  }
  const within = (space: AnySpace) => (low: number, high: number) =>
    of(space, sizeOf(shape), (u) => Array.from(u, (x) => low + (high - low) * x))
  return {
    real: within(real(...shape)),
    positive: within(positive(...shape)),
    unit: within(unit(...shape)),
    of,
  }
}

const labels = 3
const logits = (d: Draw) => d.of(real(labels), labels, (u) => Array.from(u, (x) => 4 * x - 2))
const top = (u: Float32Array): number => Math.min(labels - 1, Math.floor(labels * (u[0] as number)))

/** A distribution of each family; moments that its row needs are finite, with their variance, and little mass is where float32 has no numbers. */
const families: Readonly<Record<string, (d: Draw) => AnyDistribution>> = {
  normal: (d) => normal({ loc: d.real(-2, 2), scale: d.positive(0.3, 3) }),
  laplace: (d) => laplace({ loc: d.real(-2, 2), scale: d.positive(0.3, 3) }),
  logNormal: (d) => logNormal({ loc: d.real(-1, 1), scale: d.positive(0.2, 0.6) }),
  exponential: (d) => exponential({ rate: d.positive(0.3, 3) }),
  gamma: (d) => gamma({ concentration: d.positive(2.5, 5), rate: d.positive(0.3, 3) }),
  inverseGamma: (d) => inverseGamma({ concentration: d.positive(5, 9), scale: d.positive(0.3, 3) }),
  beta: (d) => beta({ alpha: d.positive(0.6, 4), beta: d.positive(1, 4) }),
  uniform: (d) => uniform({ low: d.real(-1, 0), high: d.real(0.5, 1) }),
  truncatedNormal: (d) =>
    truncatedNormal({
      loc: d.real(-2, 2),
      scale: d.positive(0.3, 3),
      low: d.real(-1, 0),
      high: d.real(0.5, 1),
    }),
  studentT: (d) => studentT({ degrees: d.positive(6, 10), loc: d.real(-2, 2), scale: d.positive(0.3, 3) }),
  vonMises: (d) => vonMises({ loc: d.real(-2, 2), concentration: d.positive(0.3, 5) }),
  poisson: (d) => poisson({ rate: d.positive(0.3, 20) }),
  geometric: (d) => geometric({ probs: d.unit(0.1, 0.9) }),
  negativeBinomial: (d) => negativeBinomial({ failures: 2.5 as never, logits: d.real(-2, 1) }),
  binomial: (d) => binomial({ trials: 6 as never, logits: d.real(-2, 2) }),
  bernoulli: (d) => bernoulli({ logits: d.real(-3, 3) }),
  relaxedBernoulli: (d) => relaxedBernoulli({ temperature: 1.5 as never, logits: d.real(-2, 2) }),
  categorical: (d) => categorical({ logits: logits(d) }),
  oneHotCategorical: (d) => oneHotCategorical({ logits: logits(d) }),
  multinomial: (d) => multinomial({ trials: 4 as never, logits: logits(d) }),
  dirichlet: (d) =>
    dirichlet({ concentration: d.of(positive(labels), labels, (u) => Array.from(u, (x) => 1 + 4 * x)) }),
  multivariateNormal: (d) =>
    multivariateNormal({
      loc: d.real(-2, 2),
      scaleTril: d.of(cholesky(2), 3, ([a = 0, b = 0, c = 0]) => [0.3 + 2 * a, 0, 2 * b - 1, 0.3 + 2 * c]),
    }),
}

/** Whose support holds that of uniforms, truncated normals and betas. */
const wider: Readonly<Record<string, (d: Draw) => AnyDistribution>> = {
  uniform: (d) => uniform({ low: d.real(-3, -1), high: d.real(1, 3) }),
  truncatedNormal: (d) =>
    truncatedNormal({
      loc: d.real(-2, 2),
      scale: d.positive(0.3, 3),
      low: d.real(-3, -1),
      high: d.real(1, 3),
    }),
}

/** Points of the support of each family. */
const points: Readonly<Record<string, (d: Draw) => AnyDistribution>> = {
  bernoulli: (d) => delta(d.of(binary(), 1, ([u = 0]) => [Number(u < 0.5)])),
  categorical: (d) => delta(d.of(category(labels), 1, (u) => [top(u)])),
  oneHotCategorical: (d) => delta(d.of(oneHot(labels), 1, (u) => [0, 1, 2].map((l) => Number(l === top(u))))),
  multinomial: (d) =>
    delta(
      d.of(count(labels), 4, (u) =>
        [0, 1, 2].map((l) => Array.from(u).filter((x) => Math.floor(labels * x) === l).length),
      ),
    ),
}
const counts = (d: Draw) => delta(d.of(count(), 1, ([u = 0]) => [Math.floor(7 * u)]))

/** Beta and uniform are compared on (0, 1) only. */
const standard = (which: 'q' | 'p', row: string): AnyDistribution | undefined =>
  (row === 'beta|uniform' && which === 'p') || (row === 'uniform|beta' && which === 'q')
    ? standardUniform()
    : undefined

const ofRow = (row: string, n: number, uniform: Uniform, which: 'q' | 'p'): AnyDistribution => {
  const [q, p] = row.split('|') as [string, string]
  const shape =
    row.includes('multivariateNormal') || row.includes('iid')
      ? [2]
      : q === 'oneHotCategorical'
        ? [labels]
        : []
  const d = drawOf(n, uniform, shape)
  const family = which === 'q' ? q : p
  if (family === 'delta' && p === 'delta')
    return (points.bernoulli as (d: Draw) => AnyDistribution)(drawOf(n, () => new Float32Array(n), []))
  if (family === 'delta') return (points[p] ?? counts)(d)
  if (family === 'iid(normal)')
    return iid(2, (families.normal as (d: Draw) => AnyDistribution)(drawOf(n, uniform, [])))
  if (row === 'oneHotCategorical|multinomial' && which === 'p')
    return multinomial({ trials: 1 as never, logits: logits(d) })
  const wide = which === 'p' ? wider[family] : undefined
  return standard(which, row) ?? (wide ?? (families[family] as (d: Draw) => AnyDistribution))(d)
}

const uniformOf = (name: string, seed: number): Uniform => {
  let next = 0
  const root = fold(keyFromSeed(seed), name)
  return (size) => uniforms(fold(root, next++), size)
}

/** n random pairs of a row. */
export const batched = (
  row: string,
  n: number,
  seed: number,
): readonly [AnyDistribution, AnyDistribution] => {
  const uniform = uniformOf(row, seed)
  return [ofRow(row, n, uniform, 'q'), ofRow(row, n, uniform, 'p')]
}

/** The names of the families. */
export const familyNames = Object.keys(families)

/** n random distributions of a family, of scalars where it has them. */
export const batchedFamily = (name: string, n: number, seed: number): AnyDistribution => {
  const shape = name === 'multivariateNormal' ? [2] : []
  return (families[name] as (d: Draw) => AnyDistribution)(drawOf(n, uniformOf(name, seed), shape))
}
