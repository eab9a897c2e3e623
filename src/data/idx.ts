/**
 * IDX: the array format of MNIST.
 *
 *   bytes 0, 1        0
 *   byte  2           element type: 08 u8, 09 i8, 0B i16, 0C i32, 0D f32, 0E f64
 *   byte  3           rank r
 *   4 r bytes         sizes, unsigned 32-bit, big-endian
 *   rest              the elements, big-endian, row-major; no byte left over
 *
 * Gzip-compressed bytes are decompressed first. Arrays of bytes share the memory of the (decompressed) input, so that
 * the 47 MB of MNIST are not copied; wider elements are copied.
 * Errors: tag `data`; `decodeIdx` never throws. `encodeIdx` throws for a shape that does not fit its data.
 * Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database", section "The IDX file format".
 * Tested in tests/data/idx.test.ts.
 */
import { either as E } from 'fp-ts'
import { fail, type GiryError, giryError } from '../dsl/error.js'
import { type Shape, sizeOf } from '../dsl/shape.js'
import { gunzip } from './gzip.js'

/** The elements of an IDX array: u8, i8, i16, i32, f32 or f64. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

/** An IDX array: its shape, and its elements in row-major order. */
export interface IdxArray {
  readonly shape: Shape
  readonly data: IdxData
}

interface ElementType {
  readonly name: string
  readonly code: number
  readonly bytes: number
  readonly is: (data: IdxData) => boolean
  readonly read: (view: DataView, at: number, n: number) => IdxData
  readonly write: (view: DataView, at: number, x: number) => void
}

const filled = <A extends IdxData>(out: A, get: (i: number) => number): A => {
  for (let i = 0; i < out.length; i++) out[i] = get(i)
  return out
}

const elementTypes: readonly ElementType[] = [
  {
    name: 'u8',
    code: 0x08,
    bytes: 1,
    is: (data) => data instanceof Uint8Array,
    read: (view, at, n) => new Uint8Array(view.buffer, view.byteOffset + at, n),
    write: (view, at, x) => view.setUint8(at, x),
  },
  {
    name: 'i8',
    code: 0x09,
    bytes: 1,
    is: (data) => data instanceof Int8Array,
    read: (view, at, n) => new Int8Array(view.buffer, view.byteOffset + at, n),
    write: (view, at, x) => view.setInt8(at, x),
  },
  {
    name: 'i16',
    code: 0x0b,
    bytes: 2,
    is: (data) => data instanceof Int16Array,
    read: (view, at, n) => filled(new Int16Array(n), (i) => view.getInt16(at + 2 * i)),
    write: (view, at, x) => view.setInt16(at, x),
  },
  {
    name: 'i32',
    code: 0x0c,
    bytes: 4,
    is: (data) => data instanceof Int32Array,
    read: (view, at, n) => filled(new Int32Array(n), (i) => view.getInt32(at + 4 * i)),
    write: (view, at, x) => view.setInt32(at, x),
  },
  {
    name: 'f32',
    code: 0x0d,
    bytes: 4,
    is: (data) => data instanceof Float32Array,
    read: (view, at, n) => filled(new Float32Array(n), (i) => view.getFloat32(at + 4 * i)),
    write: (view, at, x) => view.setFloat32(at, x),
  },
  {
    name: 'f64',
    code: 0x0e,
    bytes: 8,
    is: (data) => data instanceof Float64Array,
    read: (view, at, n) => filled(new Float64Array(n), (i) => view.getFloat64(at + 8 * i)),
    write: (view, at, x) => view.setFloat64(at, x),
  },
]

const COPY_AGAIN = 'copy or download the file again'
const NOT_IDX = 'give an IDX file, such as train-images-idx3-ubyte of MNIST'

const hex = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(' ')

/** The array in the bytes of an IDX file, or what is wrong with them; `where` names them in the sentences. */
export const decodeIdx = (
  bytes: Uint8Array,
  where = 'the IDX data',
): E.Either<readonly GiryError[], IdxArray> =>
  E.flatMap((raw: Uint8Array) => decodeRaw(raw, where))(gunzip(bytes, where))

const decodeRaw = (bytes: Uint8Array, where: string): E.Either<readonly GiryError[], IdxArray> => {
  const refuse = (message: string, remedy: string) =>
    E.left([giryError('data', where, `${where} ${message}`, remedy)])
  if (bytes.length < 4)
    return refuse(`has ${bytes.length} bytes, fewer than the 4 an IDX file begins with`, COPY_AGAIN)
  const type = elementTypes.find((t) => t.code === bytes[2])
  if (bytes[0] !== 0 || bytes[1] !== 0 || type === undefined)
    return refuse(
      `begins with the bytes ${hex(bytes.subarray(0, 4))}, which no IDX file begins with`,
      NOT_IDX,
    )
  const rank = bytes[3] as number
  const start = 4 + 4 * rank
  if (bytes.length < start)
    return refuse(
      `ends inside its header: ${rank} sizes need ${start} bytes, and ${bytes.length} are there`,
      COPY_AGAIN,
    )
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  const n = sizeOf(shape)
  const there = bytes.length - start
  if (there < n * type.bytes)
    return refuse(
      `ends inside its data: shape [${shape}] of ${type.name} needs ${n * type.bytes} bytes, and ${there} are there`,
      COPY_AGAIN,
    )
  if (there > n * type.bytes)
    return refuse(
      `has ${there - n * type.bytes} bytes after its data of shape [${shape}], ${type.name}`,
      COPY_AGAIN,
    )
  return E.right({ shape, data: type.read(view, start, n) })
}

const requireStorable = ({ shape, data }: IdxArray): void => {
  const bad = shape.find((n) => !Number.isInteger(n) || n < 0 || n >= 2 ** 32)
  if (shape.length > 255 || bad !== undefined)
    fail(
      'shape',
      'encodeIdx',
      `an IDX file cannot hold the shape [${shape}]`,
      'at most 255 whole sizes below 2^32',
    )
  if (sizeOf(shape) !== data.length)
    fail(
      'shape',
      'encodeIdx',
      `shape [${shape}] does not fit ${data.length} numbers`,
      'make the sizes multiply to the count',
    )
}

/** The bytes of the IDX file of an array. Throws `GiryException` when the shape does not fit the data. */
export const encodeIdx = (array: IdxArray): Uint8Array => {
  requireStorable(array)
  const { shape, data } = array
  const type = elementTypes.find((t) => t.is(data)) as ElementType
  const start = 4 + 4 * shape.length
  const view = new DataView(new ArrayBuffer(start + data.length * type.bytes))
  view.setUint8(2, type.code)
  view.setUint8(3, shape.length)
  for (const [i, n] of shape.entries()) view.setUint32(4 + 4 * i, n)
  for (let i = 0; i < data.length; i++) type.write(view, start + i * type.bytes, data[i] as number)
  return new Uint8Array(view.buffer)
}
