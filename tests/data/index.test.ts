import { describe, expect, it } from 'vitest'
import * as data from '../../src/data/index.js'

describe('giry/data', () => {
  it('exports data sets and loaders, no more', () => {
    expect(Object.keys(data).sort()).toEqual([
      'dataset',
      'decodeDataset',
      'decodeIdx',
      'decodeNpy',
      'encodeIdx',
      'joinDatasets',
      'loadCsv',
      'loadIdx',
      'loadNpy',
      'mnist',
      'readCsv',
      'sliceDataset',
      'splitDataset',
    ])
  })
})
