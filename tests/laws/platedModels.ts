/** The random programs with plates (platedPrograms.ts) in the library. */
import * as tf from '@tensorflow/tfjs'
import type { AnyDistribution, AnyEventSpace } from '../../src/dsl/distribution.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { normal } from '../../src/dsl/distributions/normal.js'
import { oneHotCategorical } from '../../src/dsl/distributions/oneHotCategorical.js'
import { real as realDomain } from '../../src/dsl/domain.js'
import type { AnyModel } from '../../src/dsl/model.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, letTo } from '../../src/dsl/notation.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { stack } from '../../src/dsl/operations/joining.js'
import { lift } from '../../src/dsl/operations/lift.js'
import { gather } from '../../src/dsl/operations/picking.js'
import { meanOverPlate } from '../../src/dsl/operations/plates.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import { binary, category, oneHot, real } from '../../src/dsl/space.js'
import type { AnyValue, Nested } from '../../src/dsl/value.js'
import {
  type AnyContext,
  type AnyReal,
  constantOf,
  emptyModel,
  givenAny,
  netsAny,
} from '../../src/testing/arbitraries/boundCase.js'
import type { PlatedEdge, PlatedKind, PlatedProgram, PlatedSite } from './platedPrograms.js'

/** What the values of a label count for as a number, and how much each logit follows t. */
export const labelValues = [0, 1, -0.7]
export const labelSlopes = [0, 1, -0.6]
/** The deviation of a normal datum. */
export const deviation = 0.8

type Step = (m: AnyModel) => AnyModel
const bindIn = bind as unknown as (
  name: string,
  draw: (c: AnyContext) => AnyDistribution,
  options: { readonly plates: PlatedProgram['plates'] },
) => Step
const nameAs = letTo as unknown as (name: string, f: (c: AnyContext) => AnyValue) => Step

const spaceOf = (kind: PlatedKind): AnyEventSpace =>
  kind === 'coin' ? binary() : kind === 'label' ? category(3) : kind === 'oneHot' ? oneHot(3) : real()

const numberOf = (kind: PlatedKind, v: AnyReal): AnyReal => {
  if (kind === 'label') return gather(constantOf(realDomain, [3], labelValues), v as never) as AnyReal
  return kind === 'oneHot' ? (sum(mul(v, constantOf(realDomain, [3], labelValues))) as AnyReal) : v
}

const lifted = (f: (t: tf.Tensor) => tf.Tensor, elementwise: boolean) =>
  lift<[], unknown, readonly AnyValue[]>(real(), f as never, { elementwise }) as unknown as (
    v: AnyReal,
  ) => AnyReal
const tanhOfMean = (t: tf.Tensor) => tf.tanh(tf.add(tf.mul(0, t), tf.mean(t, -1, true)))

const featureOf =
  (program: PlatedProgram, e: PlatedEdge) =>
  (c: AnyContext): AnyReal => {
    const { kind } = program.p.find((site) => site.name === e.from) as PlatedSite
    const v = numberOf(kind, c[e.from] as AnyReal)
    const f =
      e.by === 'lift' ? lifted(tanhOfMean, false)(v) : e.by === 'promise' ? lifted(tf.tanh, true)(v) : v
    return e.over.reduce<AnyReal>((x, plate) => meanOverPlate(x, plate) as AnyReal, f)
  }

const nameOf = (side: string, site: PlatedSite, e: PlatedEdge): string => `f_${side}_${site.name}_${e.from}`

const drawOf =
  (program: PlatedProgram, side: string, site: PlatedSite) =>
  (c: AnyContext): AnyDistribution => {
    const value = (name: string) => (c[name] as () => AnyReal)()
    const features = site.edges.map((e) =>
      e.named ? (c[nameOf(side, site, e)] as AnyReal) : featureOf(program, e)(c),
    )
    const terms = site.edges.map((e, i) => mul(value(e.weight), features[i] as AnyReal) as AnyReal)
    const product = mul(features[0] ?? 0, features[1] ?? 0) as AnyReal
    const all = site.product === undefined ? terms : [...terms, mul(value(site.product), product) as AnyReal]
    const t = all.reduce((a, b) => add(a, b) as AnyReal, value(site.bias))
    if (site.kind === 'coin') return bernoulli({ logits: t })
    if (site.kind === 'normal') return normal({ loc: t, scale: deviation })
    const logits = stack(labelSlopes.map((slope) => mul(slope, t)) as never) as never
    return site.kind === 'label' ? categorical({ logits }) : oneHotCategorical({ logits })
  }

const addSite =
  (program: PlatedProgram, side: string) =>
  (model: AnyModel, site: PlatedSite): AnyModel => {
    const names = [
      site.bias,
      ...site.edges.map((e) => e.weight),
      ...(site.product === undefined ? [] : [site.product]),
    ]
    const withNets = netsAny(Object.fromEntries(names.map((name) => [name, parameter(real())])))(model)
    const named = site.edges
      .filter((e) => e.named)
      .reduce((m, e) => nameAs(nameOf(side, site, e), featureOf(program, e))(m), withNets)
    const plates = Object.fromEntries(site.plates.map((name) => [name, program.plates[name] as number]))
    return bindIn(site.name, drawOf(program, side, site), { plates })(named)
  }

/** p and q of a program. */
export const platedModels = (program: PlatedProgram): { readonly p: AnyModel; readonly q: AnyModel } => {
  const seen = program.p.filter((site) => program.observed.includes(site.name))
  return {
    p: program.p.reduce(addSite(program, 'p'), emptyModel),
    q: program.q.reduce(
      addSite(program, 'q'),
      givenAny(Object.fromEntries(seen.map((x) => [x.name, spaceOf(x.kind)]))),
    ),
  }
}

const nested = (numbers: readonly number[], sizes: readonly number[]): Nested => {
  const [n, ...rest] = sizes
  if (n === undefined) return numbers[0] as number
  const each = numbers.length / n
  return Array.from({ length: n }, (_, i) => nested(numbers.slice(i * each, (i + 1) * each), rest))
}

/** The datum of a program, so many times. */
export const platedData = (
  program: PlatedProgram,
  copies: number,
): Readonly<Record<string, readonly Nested[]>> =>
  Object.fromEntries(
    program.observed.map((name) => {
      const site = program.p.find((x) => x.name === name) as PlatedSite
      const one = nested(
        program.data[name] as readonly number[],
        site.plates.map((plate) => program.plates[plate] as number),
      )
      return [name, new Array<Nested>(copies).fill(one)]
    }),
  )
