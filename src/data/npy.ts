/**
 * NPY: the array format of NumPy, read through npyjs.
 *
 *   93 'NUMPY' major minor | length of the header | { 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } | data
 *
 * Elements: f2 f4 f8, i1 i2 i4 i8, u1 u2 u4 u8, b1, little-endian. f2 becomes float32, b1 bytes 0 and 1, and the
 * 64-bit integers doubles, if every one of them is exact. Column-major arrays (`fortran_order`) are transposed.
 * What npyjs does not check is checked here: a truncated file, bytes left over, big-endian elements.
 * Errors: tag `data`; never throws. Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 * Tested in tests/data/npy.test.ts.
 */
import { either as E, function as F } from 'fp-ts'
import { parse } from 'npyjs'
import { type GiryError, giryError } from '../dsl/error.js'
import { type Shape, sizeOf } from '../dsl/shape.js'
import { gunzip } from './gzip.js'

/** The elements of an NPY array, as numbers. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array

/** An NPY array: its shape, and its elements in row-major order. */
export interface NpyArray {
  readonly shape: Shape
  readonly data: NpyData
}

const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  '<f2': 2,
  '<f4': 4,
  '<f8': 8,
  '|i1': 1,
  '<i2': 2,
  '<i4': 4,
  '<i8': 8,
  '|u1': 1,
  '<u2': 2,
  '<u4': 4,
  '<u8': 8,
  '|b1': 1,
}

const COPY_AGAIN = 'copy or download the file again'
const NOT_NPY = 'give a file written by numpy.save'
const AS_FLOAT32 = "save it as float32: numpy.save(file, array.astype('<f4'))"

interface Layout {
  readonly shape: Shape
  readonly columnMajor: boolean
}

type Checked<A> = E.Either<readonly GiryError[], A>
type Fault = (message: string, remedy: string) => readonly GiryError[]

/** The array in the bytes of an NPY file, or what is wrong with them; `where` names them in the sentences. */
export const decodeNpy = (bytes: Uint8Array, where = 'the NPY data'): Checked<NpyArray> => {
  const fault: Fault = (message, remedy) => [giryError('data', where, `${where} ${message}`, remedy)]
  return F.pipe(
    gunzip(bytes, where),
    // a copy: npyjs reads a whole ArrayBuffer, of which the bytes may be a part
    E.map((raw) => new Uint8Array(raw)),
    E.bindTo('file'),
    E.bind('start', ({ file }) => dataStart(file, fault)),
    E.bind('layout', ({ file, start }) => layoutOf(file, start, fault)),
    E.flatMap(({ file, layout }) => readData(file.buffer, layout, fault)),
  )
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** Where the data begins, after the magic bytes and a header that is there to its end. */
const dataStart = (file: Uint8Array, fault: Fault): Checked<number> => {
  if (!MAGIC.every((b, i) => i >= file.length || file[i] === b))
    return E.left(fault('is not an NPY file', NOT_NPY))
  const major = file[6] ?? 1
  if (major < 1 || major > 3)
    return E.left(fault(`has NPY version ${major}; versions 1 to 3 are read`, NOT_NPY))
  const prefix = major === 1 ? 10 : 12
  if (file.length < prefix)
    return E.left(fault(`ends inside its header, after ${file.length} bytes`, COPY_AGAIN))
  const view = new DataView(file.buffer)
  const start = prefix + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  return file.length < start
    ? E.left(fault(`ends inside its header of ${start} bytes: ${file.length} are there`, COPY_AGAIN))
    : E.right(start)
}

/** Shape and order, once the data is known to have the length they ask for. */
const layoutOf = (file: Uint8Array, start: number, fault: Fault): Checked<Layout> => {
  const header = new TextDecoder('latin1').decode(file.subarray(0, start))
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1]
  const hasOrder = /'fortran_order'\s*:\s*(True|False)/.test(header)
  if (descr === undefined || !hasOrder || !/'shape'\s*:\s*\([\d,\s]*\)/.test(header))
    return E.left(fault('has a header that does not give type, order and shape of one array', NOT_NPY))
  if (descr.startsWith('>'))
    return E.left(fault(`has big-endian elements ('${descr}'); only little-endian ones are read`, AS_FLOAT32))
  const bytes = Object.hasOwn(ELEMENT_BYTES, descr) ? ELEMENT_BYTES[descr] : undefined
  if (bytes === undefined)
    return E.left(fault(`has elements of type '${descr}', which are not read as numbers`, AS_FLOAT32))
  return F.pipe(
    parsed(new Uint8Array(file.subarray(0, start)).buffer, fault),
    E.flatMap(({ shape, fortranOrder }) => {
      const needed = sizeOf(shape) * bytes
      const there = file.length - start
      if (there === needed) return E.right({ shape, columnMajor: fortranOrder })
      const what = `shape [${shape}] of '${descr}'`
      return there < needed
        ? E.left(
            fault(`ends inside its data: ${what} needs ${needed} bytes, and ${there} are there`, COPY_AGAIN),
          )
        : E.left(fault(`has ${there - needed} bytes after its data of ${what}`, COPY_AGAIN))
    }),
  )
}

/** npyjs, without its exceptions. */
const parsed = (file: ArrayBuffer, fault: Fault) =>
  E.tryCatch(
    () => parse(file),
    (cause) => fault(`cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, NOT_NPY),
  )

const readData = (file: ArrayBuffer, { shape, columnMajor }: Layout, fault: Fault): Checked<NpyArray> =>
  F.pipe(
    parsed(file, fault),
    E.flatMap(({ data }) => numbersOf(data, fault)),
    E.map((data) => ({ shape, data: columnMajor ? transposed(data, shape) : data })),
  )

/** The numbers of what npyjs returns: an array of booleans for b1, big integers for i8 and u8. */
const numbersOf = (data: unknown, fault: Fault): Checked<NpyData> => {
  if (Array.isArray(data)) return E.right(Uint8Array.from(data, Number))
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return E.right(data as NpyData)
  const numbers = new Float64Array(data.length)
  for (let i = 0; i < data.length; i++) numbers[i] = Number(data[i])
  const bad = numbers.findIndex((x) => !Number.isSafeInteger(x))
  return bad < 0
    ? E.right(numbers)
    : E.left(
        fault(
          `has the integer ${data[bad]} at entry ${bad}, beyond ±(2^53 - 1), where numbers are not exact`,
          AS_FLOAT32,
        ),
      )
}

/** Column-major data in row-major order. */
const transposed = (data: NpyData, shape: Shape): NpyData => {
  const out = data.slice()
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)))
  const index = shape.map(() => 0)
  for (let i = 0, from = 0; i < out.length; i++) {
    out[i] = data[from] as number
    // the next index, the last axis fastest, and where its element lies
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] as number
      const size = shape[axis] as number
      const next = ((index[axis] as number) + 1) % size
      from += stride * (next - (index[axis] as number))
      index[axis] = next
      if (next !== 0) break
    }
  }
  return out
}
