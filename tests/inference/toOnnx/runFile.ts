/** Runs ONNX files in onnxruntime-node: the support of the tests of toOnnx. */
import { either as E } from 'fp-ts'
import * as ort from 'onnxruntime-node'
import { type GiryError, showErrors } from '../../../src/dsl/error.js'
import { sizeOf } from '../../../src/dsl/shape.js'
import { fold, type Key, keyFromSeed, normals, uniforms } from '../../../src/runtime/keys.js'

type Written = E.Either<readonly GiryError[], Uint8Array>

/** The bytes, or a failed test with the sentences. */
export const bytesOf = (written: Written): Uint8Array => {
  if (E.isLeft(written)) throw new Error(showErrors(written.left))
  return written.right
}

/** The sentences of a refusal. */
export const refusalOf = (written: Written): string =>
  E.isLeft(written) ? showErrors(written.left) : 'nothing was refused'

/** A session of one thread. */
export const load = (written: Written): Promise<ort.InferenceSession> =>
  ort.InferenceSession.create(bytesOf(written), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })

type Ends = ort.InferenceSession['inputMetadata']

/** Inputs or outputs with their declared shapes; a name is a free size. */
export const endsOf = (ends: Ends): Readonly<Record<string, readonly (number | string)[]>> =>
  Object.fromEntries(ends.map((e) => [e.name, e.isTensor ? e.shape : []]))

/** A row-major float32 tensor. */
export const floats = (data: ArrayLike<number>, shape: readonly number[]): ort.Tensor =>
  new ort.Tensor('float32', Float32Array.from(data), shape)

/** The number of draws, for a sampler that takes it. */
export const count = (n: number): ort.Tensor => new ort.Tensor('int64', BigInt64Array.of(BigInt(n)), [])

const sizes = (session: ort.InferenceSession, name: string, n: number): readonly number[] =>
  (endsOf(session.inputMetadata)[name] ?? []).map((size) => (typeof size === 'number' ? size : n))

/** Standard normal numbers for an input, n rows. */
export const normalRows = (session: ort.InferenceSession, name: string, n: number): ort.Tensor => {
  const shape = sizes(session, name, n)
  return floats(normals(fold(keyFromSeed(7), name), sizeOf(shape)), shape)
}

const generators = { normal: normals, uniform: uniforms }

/** noise/x/component/0 is draw 0 of the stream 'component' of the stream 'x'. */
const keyOf = (seed: number, name: string): Key => {
  const parts = name.split('/').slice(1)
  return fold(parts.slice(0, -1).reduce<Key>(fold, keyFromSeed(seed)), Number(parts.at(-1)))
}

/** The numbers that `sample` draws with this seed, for the noise inputs of n rows; each named input must exist. */
export const noiseRows = (
  session: ort.InferenceSession,
  kinds: Readonly<Record<string, 'normal' | 'uniform'>>,
  seed: number,
  n: number,
): Readonly<Record<string, ort.Tensor>> =>
  Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => {
      const shape = sizes(session, name, n)
      return [name, floats(generators[kind](keyOf(seed, name), sizeOf(shape)), shape)]
    }),
  )

/** The outputs as numbers. */
export const run = async (
  session: ort.InferenceSession,
  feeds: Readonly<Record<string, ort.Tensor>>,
): Promise<Readonly<Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>>> => {
  const results = await session.run(feeds)
  return Object.fromEntries(
    Object.entries(results).map(([name, t]) => [name, { data: t.data as Float32Array, dims: t.dims }]),
  )
}

/** Greatest |a - b| / max(1, |b|). */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length
    ? Array.from(a).reduce((d, x, i) => {
        const y = b[i] as number
        return Object.is(x, y) ? d : Math.max(d, Math.abs(x - y) / Math.max(1, Math.abs(y)))
      }, 0)
    : Number.POSITIVE_INFINITY
