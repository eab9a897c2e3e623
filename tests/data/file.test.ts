import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { either as E } from 'fp-ts'
import { dump } from 'npyjs'
import { afterAll, describe, expect, it } from 'vitest'
import { fileError, loadBytes, loadCsv, loadIdx, loadNpy } from '../../src/data/file.js'
import { encodeIdx } from '../../src/data/idx.js'
import { category, real } from '../../src/dsl/space.js'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'giry-data-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const array = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }

describe('loading by path', () => {
  it('reads IDX and NPY files, compressed or not', async () => {
    const idx = encodeIdx(array)
    const npy = new Uint8Array(dump(array.data, array.shape))
    expect(await loadIdx(file('a.idx', idx))()).toEqual(E.right(array))
    expect(await loadIdx(file('a.idx.gz', gzipSync(idx)))()).toEqual(E.right(array))
    expect(await loadNpy(file('a.npy', npy))()).toEqual(E.right(array))
    expect(await loadNpy(file('a.npy.gz', gzipSync(npy)))()).toEqual(E.right(array))
  })

  it('gives plain bytes', async () => {
    const bytes = await loadBytes(file('b', Uint8Array.of(1, 2)))()
    expect(E.isRight(bytes) && bytes.right.constructor).toBe(Uint8Array)
  })

  it('reads CSV files', async () => {
    const path = file('a.csv', 'a,b,c\n1,2,ä\n3,4,ö\n')
    const columns = { x: ['a', 'b'], y: ['c'] }
    expect(await loadCsv(path, { columns })()).toMatchObject(
      E.right({
        data: {
          x: [
            [1, 2],
            [3, 4],
          ],
        },
        labels: { c: ['ä', 'ö'] },
      }),
    )
    const spaces = { x: real(2), y: category(2) }
    expect(await loadCsv(path, { columns, spaces })()).toMatchObject(E.right({ dataset: { size: 2 } }))
  })

  it('refuses a missing file, a directory and an empty file', async () => {
    mkdirSync(join(folder, 'd'))
    const refusals = [
      [
        join(folder, 'none'),
        'does not exist',
        'check the path; a relative one starts at the working directory',
      ],
      [join(folder, 'd'), 'is a directory, not a file', 'give the path of a file in it'],
      [file('empty', ''), 'is empty', 'copy or download the file again'],
    ] as const
    const loaders = [loadIdx, loadNpy, (path: string) => loadCsv(path, { columns: { x: 'a' } })]
    for (const [path, why, remedy] of refusals)
      for (const load of loaders)
        expect(await load(path)()).toMatchObject(
          E.left([{ tag: 'file', where: path, message: `${path} ${why}`, remedy }]),
        )
  })

  it('says why, for permissions, for a browser and for all else', () => {
    const cause = (code: string) => Object.assign(new Error(`${code}: no`), { code })
    for (const code of ['EACCES', 'EPERM'])
      expect(fileError('f', cause(code))).toMatchObject({
        tag: 'file',
        message: 'f may not be read by this user',
        remedy: 'give yourself permission to read it, as with chmod u+r',
      })
    expect(fileError('f', cause('NO_NODE'))).toMatchObject({
      message: 'f cannot be read outside Node',
      remedy: 'fetch its bytes, then use decodeIdx, decodeNpy or readCsv',
    })
    expect(fileError('f', cause('EIO')).message).toBe('f cannot be read: EIO: no')
    expect(fileError('f', 'odd').message).toBe('f cannot be read: odd')
  })

  it('names the path where the content is wrong', async () => {
    const damaged = file('c.idx', encodeIdx(array).subarray(0, 20))
    expect(await loadIdx(damaged)()).toMatchObject(
      E.left([
        {
          tag: 'data',
          message: `${damaged} ends inside its data: shape [2,2] of f32 needs 16 bytes, and 8 are there`,
        },
      ]),
    )
    const truncated = file('c.gz', gzipSync(encodeIdx(array)).subarray(0, 15))
    expect(await loadIdx(truncated)()).toMatchObject(
      E.left([{ tag: 'data', message: `${truncated} is a damaged gzip file: unexpected end of file` }]),
    )
    const garbage = file('c.npy', 'hello')
    expect(await loadNpy(garbage)()).toMatchObject(E.left([{ message: `${garbage} is not an NPY file` }]))
    const latin = file('c.csv', Uint8Array.of(0x61, 0x0a, 0xe4, 0x0a))
    expect(await loadCsv(latin, { columns: { x: 'a' } })()).toMatchObject(
      E.left([{ message: `${latin} is not UTF-8 text` }]),
    )
    const cell = file('d.csv', 'a\n1\nx\n')
    expect(await loadCsv(cell, { columns: { x: 'a' } })()).toMatchObject(
      E.left([{ message: `${cell}, row 2, column 'a': 'x' is not a number` }]),
    )
  })
})
