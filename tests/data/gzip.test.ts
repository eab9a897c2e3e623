import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { gunzip, isGzip } from '../../src/data/gzip.js'

const bytes = fc.uint8Array({ maxLength: 200 })

describe('gunzip', () => {
  it('undoes gzip', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(gunzip(gzipSync(b), 'f')).toEqual(E.right(b))
      }),
    )
  })

  it('passes other bytes unchanged', () => {
    fc.assert(
      fc.property(
        bytes.filter((b) => !isGzip(b)),
        (b) => {
          expect(gunzip(b, 'f')).toEqual(E.right(b))
        },
      ),
    )
  })

  it('refuses every truncation that still looks compressed', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), (b, cut) => {
        const file = gzipSync(b)
        const kept = 2 + (cut % (file.length - 2))
        expect(E.isLeft(gunzip(file.subarray(0, kept), 'f'))).toBe(true)
      }),
    )
  })

  it('refuses a flipped bit of the data by its checksum', () => {
    const file = gzipSync(new Uint8Array(100).fill(7))
    file[file.length - 6] = (file[file.length - 6] as number) ^ 1
    expect(gunzip(file, 'a.gz')).toMatchObject(
      E.left([
        {
          tag: 'data',
          where: 'a.gz',
          message: 'a.gz is a damaged gzip file: incorrect data check',
          remedy: 'copy or download the file again',
        },
      ]),
    )
  })

  it('says what to do where nothing decompresses', () => {
    const { process } = globalThis
    try {
      Object.assign(globalThis, { process: undefined })
      expect(gunzip(gzipSync(new Uint8Array(3)), 'a.gz')).toMatchObject(
        E.left([
          {
            message: 'a.gz is compressed with gzip, which cannot be decompressed here',
            remedy: "decompress it first, for example through DecompressionStream('gzip')",
          },
        ]),
      )
    } finally {
      Object.assign(globalThis, { process })
    }
  })
})
