/**
 * The pictures of a trained model, read off its graph:
 *
 *   reconstructions    held-out data above E[x | z], z by q
 *   samples            E[x | z], z ~ p: what the model dreams up
 *   components         E[x | c] for each c, where the code is a category
 *   code-plane         E[x | z] for z on a grid of normal quantiles, where the code is a plane
 *   codes              E[z | x] by q for held-out data, colored by class, where the code is a plane
 *
 * Tested in tests/cli/train.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { batchOf, sliceDataset } from '../dsl/dataset.js'
import { fail } from '../dsl/error.js'
import { type AnyModel, type Site, sitesOf } from '../dsl/model.js'
import { normalQuantile } from '../dsl/numerics/normalQuantile.js'
import { sizeOf } from '../dsl/shape.js'
import { toTypedArray } from '../dsl/value.js'
import type { BuiltFamily } from '../models/family.js'
import { binarize, fold, keyFromSeed } from '../runtime/keys.js'
import type { DataSource, Loaded } from './dataSources.js'
import { readSite } from './decode.js'
import type { AllParams } from './parameterFile.js'
import { imageGrid, reconstructionGrid } from './pictures.js'
import { codePlaneScatter } from './plots/codePlane.js'
import { renderPng, renderSvg } from './plots/render.js'
import { overlay, windowAround } from './plots/surface.js'
import type { ReportPicture } from './report.js'

/** A picture and the file it goes to. */
export interface GalleryPicture extends ReportPicture {
  readonly file: string
}

/** What the pictures are made from. */
export interface Exhibit {
  readonly built: BuiltFamily
  readonly params: AllParams
  readonly source: DataSource
  readonly seed: number
}

/** The observed site of every family. */
const OBSERVED = 'x'
const COLUMNS = 12
const ROWS = 4
const PLANE = 20
const CODES = 5000

const latents = (p: AnyModel): readonly (readonly [string, Site])[] =>
  sitesOf(p).filter(([name]) => name !== OBSERVED)

/** Latents whose mean is a point of their space; that of a category is not. */
const continuous = (p: AnyModel): readonly string[] =>
  latents(p).flatMap(([name, site]) => (Number.isFinite(site.supportSize) ? [] : [name]))

const pictureOf = ({ picture, title }: DataSource) =>
  picture ?? fail('data', title, `${title} has no pictures`, 'draw its points over one another')

/** Numbers of one picture. */
const pixels = (source: DataSource): number => pictureOf(source).width * pictureOf(source).height

const layout = (source: DataSource, columns: number) => ({ ...pictureOf(source), columns })

/** Held-out data as the model sees it: of grey values, bits drawn from the seed. */
const heldOut = ({ test }: Loaded, n: number, seed: number): Float32Array =>
  tf.tidy(() => {
    const rows = Int32Array.from({ length: Math.min(n, test.size) }, (_, i) => i)
    const key = fold(keyFromSeed(seed), 'pictures')
    const { x } = batchOf(
      sliceDataset(test, 0, rows.length),
      rows,
      (column, probs) => void binarize(fold(key, column), probs, probs),
    )
    return x === undefined ? new Float32Array(0) : toTypedArray(x)
  })

/** Where q puts data x: the mean of each continuous code, a draw of each other one. */
const encode = (
  { built, params, seed }: Exhibit,
  x: Float32Array,
  n: number,
): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    latents(built.p).map(([name]) => [
      name,
      readSite(built.q, name, { params, n, seed, means: continuous(built.p), fixed: { [OBSERVED]: x } }),
    ]),
  )

/** E[x | codes]; codes that are not given are drawn from the prior. */
const decode = (
  { built, params, seed }: Exhibit,
  n: number,
  codes: Readonly<Record<string, Float32Array>>,
): Float32Array => readSite(built.p, OBSERVED, { params, n, seed, means: [OBSERVED], fixed: codes })

/** The names of the code, as captions write them. */
const codeOf = ({ built }: Exhibit): string =>
  latents(built.p)
    .map(([name]) => name)
    .join(', ')

const reconstructions = (e: Exhibit, loaded: Loaded): GalleryPicture => {
  const x = heldOut(loaded, COLUMNS * ROWS, e.seed)
  const n = x.length / pixels(e.source)
  return {
    file: 'reconstructions.png',
    title: 'Reconstructions',
    caption: `Rows of held-out data as the model sees them, each above what it makes of their codes: E[x | ${codeOf(e)}], ${codeOf(e)} by q.`,
    png: reconstructionGrid(x, decode(e, n, encode(e, x, n)), layout(e.source, COLUMNS)),
  }
}

/** Draws from the prior as a picture: the mean of x for each drawn code. */
export const samples = (e: Exhibit, n: number = COLUMNS * ROWS * 2): GalleryPicture => ({
  file: 'samples.png',
  title: 'Samples',
  caption: `Codes drawn from the prior, and the mean of x that the model gives each, E[x | ${codeOf(e)}]: nobody drew these.`,
  png: imageGrid(decode(e, n, {}), layout(e.source, Math.min(n, COLUMNS))),
})

const components = (e: Exhibit): readonly GalleryPicture[] =>
  latents(e.built.p).flatMap(([name, site]) => {
    const k = site.supportSize
    if (!Number.isFinite(k) || sizeOf(site.space.shape) !== 1) return []
    const each = Float32Array.from({ length: k }, (_, i) => i)
    return [
      {
        file: 'components.png',
        title: 'Components',
        caption: `The mean of x in each of the ${k} components.`,
        png: imageGrid(decode(e, k, { [name]: each }), layout(e.source, Math.min(k, COLUMNS))),
      },
    ]
  })

/** The name of the code, where it is a plane. */
const plane = (p: AnyModel): string | undefined => {
  const [only, ...others] = latents(p)
  if (only === undefined || others.length > 0) return undefined
  return sizeOf(only[1].space.shape) === 2 && !Number.isFinite(only[1].supportSize) ? only[0] : undefined
}

/** Normal quantiles of (i + ½)/n: cells of equal prior probability. */
const quantiles = (n: number): Float32Array =>
  tf.tidy(
    () =>
      normalQuantile(
        tf.tensor1d(Float32Array.from({ length: n }, (_, i) => (i + 0.5) / n)),
      ).dataSync() as Float32Array,
  )

/** The first coordinate grows to the right, the second upwards, as in the plot of codes. */
const planeGrid = (n: number): Float32Array => {
  const at = quantiles(n)
  return Float32Array.from({ length: 2 * n * n }, (_, i) => {
    const cell = Math.floor(i / 2)
    return at[i % 2 === 0 ? cell % n : n - 1 - Math.floor(cell / n)] as number
  })
}

const codePlane = (e: Exhibit, name: string): GalleryPicture => ({
  file: 'code-plane.png',
  title: 'The code plane',
  caption:
    'The mean of x at each code of a grid, whose cells are equally probable under the prior: between the digits that were written lie those nobody drew.',
  png: imageGrid(decode(e, PLANE * PLANE, { [name]: planeGrid(PLANE) }), {
    ...layout(e.source, PLANE),
    gap: 0,
    scale: 2,
  }),
})

const codes = async (e: Exhibit, name: string, loaded: Loaded): Promise<GalleryPicture> => {
  const x = heldOut(loaded, CODES, e.seed)
  const n = x.length / pixels(e.source)
  const z = encode(e, x, n)[name] as Float32Array
  const points = Array.from({ length: n }, (_, i) => ({
    x: z[2 * i] as number,
    y: z[2 * i + 1] as number,
    label: loaded.testLabels?.[i] ?? 0,
  }))
  return {
    file: 'codes.png',
    title: 'Codes of held-out data',
    caption: `Where q puts ${n.toLocaleString('en-US')} held-out data: E[z | x], colored by class. The classes were not told to the model.`,
    png: renderPng(await renderSvg(codePlaneScatter(points))),
    plot: true,
  }
}

const OVERLAID = 1500

/** Points that the model draws, over held-out ones. */
export const pointsPicture = async (
  { built, params, seed }: Exhibit,
  { test }: Pick<Loaded, 'test'>,
  n: number = OVERLAID,
): Promise<GalleryPicture> => {
  const real = (test.columns[OBSERVED]?.elements.data ?? new Float32Array(0)).subarray(0, 2 * n)
  const fake = readSite(built.p, OBSERVED, { params, n, seed, means: [] })
  return {
    file: 'samples.png',
    title: 'Samples',
    caption: 'Points drawn from the model, over as many held-out ones.',
    png: renderPng(await renderSvg(overlay({ window: windowAround(real), real, fake }))),
    plot: true,
  }
}

/** Every picture of the model. */
export const gallery = async (e: Exhibit, loaded: Loaded): Promise<readonly GalleryPicture[]> => {
  if (e.source.picture === undefined) return [await pointsPicture(e, loaded)]
  const name = plane(e.built.p)
  return [
    reconstructions(e, loaded),
    samples(e),
    ...components(e),
    ...(name === undefined ? [] : [codePlane(e, name), await codes(e, name, loaded)]),
  ]
}
