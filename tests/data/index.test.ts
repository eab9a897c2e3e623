import { describe, expect, it } from 'vitest'
import * as data from '../../src/data/index.js'

describe('giry/data', () => {
  it('exports data sets, loaders and synthetic points, no more', () => {
    expect(Object.keys(data).sort()).toEqual([
      'dataset',
      'decodeDataset',
      'decodeIdx',
      'decodeNpy',
      'encodeIdx',
      'grid',
      'joinDatasets',
      'loadCsv',
      'loadIdx',
      'loadNpy',
      'mnist',
      'moons',
      'readCsv',
      'ring',
      'sliceDataset',
      'splitDataset',
      'swissRoll',
    ])
  })
})
