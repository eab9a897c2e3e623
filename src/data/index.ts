/**
 * giry/data: data sets in memory, loaders for MNIST, IDX, NPY and CSV, and synthetic points of the plane.
 */
export {
  type Column,
  type DataOf,
  type Dataset,
  type DatasetOptions,
  dataset,
  decodeDataset,
  sliceDataset,
} from '../dsl/dataset.js'
export {
  type CsvDataset,
  type CsvOptions,
  type CsvSource,
  type CsvSpaceOptions,
  type CsvTable,
  readCsv,
} from './csv.js'
export { loadCsv, loadIdx, loadNpy } from './file.js'
export { decodeIdx, encodeIdx, type IdxArray, type IdxData } from './idx.js'
export { joinDatasets } from './join.js'
export { type Mnist, type MnistOptions, mnist } from './mnist.js'
export { decodeNpy, type NpyArray, type NpyData } from './npy.js'
export { type SplitOptions, splitDataset } from './split.js'
export { type GridOptions, grid } from './synthetic/grid.js'
export type { Modes, PointsWithModes } from './synthetic/modes.js'
export { type MoonsOptions, moons } from './synthetic/moons.js'
export type { DrawnPoints, LabeledPoints, Points } from './synthetic/options.js'
export { type RingOptions, ring } from './synthetic/ring.js'
export { type SwissRollOptions, swissRoll } from './synthetic/swissRoll.js'
