/**
 * Points z and the data they belong to, from values or plain data for every latent.
 *
 *   one point for all data, one per datum, or k per datum one draw after the other: index draw · N + datum
 *
 * Errors: tags `data`, `domain`, thrown as GiryException with every fault. Tested in tests/inference/evidence.test.ts.
 */
import { either as E } from 'fp-ts'
import { type GiryError, giryError, throwAll } from '../../dsl/error.js'
import { datumAxis } from '../../dsl/model.js'
import { sizeOf } from '../../dsl/shape.js'
import { decodeElements, type Plain } from '../../dsl/space.js'
import { type AnyValue, type Axis, isValue, showSpaceOf, unionAxes } from '../../dsl/value.js'
import { checkedValue } from '../inputs.js'
import { allOf, type Checked } from './checked.js'
import { numbersAlong } from './numbersAlong.js'
import type { LatentPoints } from './posterior.js'
import type { Latent, Problem } from './problem.js'

/** Points z and the rows they belong to: `dim` coordinates each. */
export interface Points {
  readonly rows: Int32Array
  readonly coordinates: Float64Array
}

/** `count` events of one latent. */
interface LatentNumbers {
  readonly latent: Latent
  readonly numbers: Float32Array
  readonly count: number
}

/** The points of a record, with their rows; throws `GiryException` with every fault. */
export const pointsOf = (problem: Problem, z: LatentPoints): Points => {
  const draws = drawAxes(problem, z)
  const read = allOf(problem.latents.map((l) => numbersOf(problem, l, z[l.name], draws)))
  if (E.isLeft(read)) throwAll(read.left)
  const parts = E.isRight(read) ? read.right : []
  const count = Math.max(problem.size, ...parts.map((p) => p.count))
  for (const part of parts) throwAll(countFaults(problem, part, count))
  return {
    rows: Int32Array.from({ length: count }, (_, p) => p % problem.size),
    coordinates: coordinatesOf(problem, parts, count),
  }
}

/** The axes of values that are neither the data nor plates. */
const drawAxes = (problem: Problem, z: LatentPoints): readonly Axis[] => {
  const values = problem.latents.flatMap((l) => (isValue(z[l.name]) ? [z[l.name] as AnyValue] : []))
  const plates = new Set(problem.latents.flatMap((l) => l.site.plates.map((p) => p.name)))
  return unionAxes(values).filter((a) => a.name !== datumAxis && !plates.has(a.name))
}

const numbersOf = (
  problem: Problem,
  latent: Latent,
  x: Plain | AnyValue | undefined,
  draws: readonly Axis[],
): Checked<LatentNumbers> => {
  const { name } = latent
  if (x === undefined)
    return E.left([
      giryError('data', name, `the point has no value for latent '${name}'`, `pass { ${name}: … }`),
    ])
  return isValue(x) ? E.right(ofValue(problem, latent, x, draws)) : ofPlain(latent, x)
}

const ofValue = (problem: Problem, latent: Latent, x: AnyValue, draws: readonly Axis[]): LatentNumbers => {
  const v = checkedValue(latent.name, latent.site.space, x)
  const axes = [...draws, { name: datumAxis, size: problem.size }]
  return {
    latent,
    numbers: numbersAlong(v, [...axes, ...latent.site.plates]),
    count: sizeOf(axes.map((a) => a.size)),
  }
}

const ofPlain = (latent: Latent, x: Plain): Checked<LatentNumbers> => {
  const { space, plates } = latent.site
  const shape = [...plates.map((p) => p.size), ...space.shape]
  return E.map(
    (e: { readonly data: Float32Array; readonly count: number }): LatentNumbers => ({
      latent,
      numbers: e.data,
      count: e.count,
    }),
  )(decodeElements(shape, space.domain, showSpaceOf({ shape, domain: space.domain }), x))
}

const countFaults = (
  problem: Problem,
  { latent: { name }, count: n }: LatentNumbers,
  count: number,
): readonly GiryError[] =>
  n === 1 || (n === count && count % problem.size === 0)
    ? []
    : [
        giryError(
          'data',
          name,
          `latent '${name}' was given ${n} points for ${problem.size} data`,
          `pass one point, or ${problem.size} for each draw`,
        ),
      ]

const coordinatesOf = (problem: Problem, parts: readonly LatentNumbers[], count: number): Float64Array => {
  const out = new Float64Array(count * problem.dim)
  for (const { latent, numbers, count: n } of parts)
    for (let p = 0; p < count; p++)
      for (let j = 0; j < latent.size; j++)
        out[p * problem.dim + latent.offset + j] = numbers[(n === 1 ? 0 : p) * latent.size + j] as number
  return out
}
