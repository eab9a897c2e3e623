import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { either as E } from 'fp-ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRun, readOf, requireFilePlace, reserve, unreserve, writeWhole } from '../../src/cli/folder.js'
import { temporary } from './program.js'

const before = process.cwd()
let place: Awaited<ReturnType<typeof temporary>>
beforeAll(async () => {
  place = await temporary()
  process.chdir(place.path)
})
afterAll(async () => {
  process.chdir(before)
  await place.remove()
})

const sentence = (result: E.Either<readonly { readonly message: string }[], unknown>): string =>
  E.isLeft(result) ? result.left.map(({ message }) => message).join('\n') : 'nothing wrong'

describe('reserve', () => {
  it('never gives one directory twice, also when asked at once', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => reserve(undefined, 'a')()))
    expect(made.map((m) => E.isRight(m) && m.right).sort()).toEqual([
      'runs/a',
      'runs/a-2',
      'runs/a-3',
      'runs/a-4',
      'runs/a-5',
    ])
  })

  it('makes the directory that is named, and leaves nothing in it', async () => {
    expect(await reserve('deep/er/out', 'a')()).toEqual(E.right('deep/er/out'))
    expect(await readdir('deep/er/out')).toEqual([])
    expect(await reserve('deep/er/out', 'a')()).toEqual(E.right('deep/er/out'))
  })

  it('refuses one that holds something', async () => {
    await mkdir('full')
    await writeFile('full/mine.txt', 'mine')
    expect(sentence(await reserve('full', 'a')())).toBe('the directory full is not empty: it holds mine.txt')
    expect(await readdir('full')).toEqual(['mine.txt'])
  })

  it.each([
    ['full/mine.txt', 'full/mine.txt is a file, but --out names a directory'],
    [
      'full/mine.txt/out',
      'full/mine.txt/out cannot be written: a part of the path is a file, not a directory',
    ],
    ['/proc/out', '/proc/out cannot be written: '],
  ])('refuses %s, which cannot be written', async (out, text) =>
    expect(sentence(await reserve(out, 'a')())).toContain(text),
  )

  it('takes a directory back only when nothing else is in it', async () => {
    await reserve('back', 'a')()
    await writeFile('back/config.json', '')
    await unreserve('back', ['config.json'])
    expect(await readdir('.')).not.toContain('back')
    await unreserve('full', [])
    expect(await readdir('full')).toEqual(['mine.txt'])
  })
})

describe('files', () => {
  it('are written whole', async () => {
    await writeWhole('text', 'abc')()
    expect(await readFile('text', 'utf8')).toBe('abc')
  })

  it('are not there at all where writing fails, and what was there stays', async () => {
    await mkdir('taken')
    await writeFile('taken/inside', '')
    expect(sentence(await writeWhole('taken', 'abc')())).toMatch(/^taken cannot be written: /)
    expect(await readdir('taken')).toEqual(['inside'])
    expect((await readdir('.')).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('must have a directory to go to', async () => {
    expect(sentence(await requireFilePlace('nowhere/a.png', 'samples.png')())).toBe(
      'nowhere/a.png cannot be written: nowhere is not a directory',
    )
    expect(await requireFilePlace('a.png', 'samples.png')()).toEqual(E.right(undefined))
    expect(sentence(await requireFilePlace('full', 'samples.png')())).toBe(
      'full is a directory, but --out names a file',
    )
  })
})

describe('runs', () => {
  it('are found by path and by name', async () => {
    expect(await findRun('runs/a-2')()).toEqual(E.right('runs/a-2'))
    expect(await findRun('a-2')()).toEqual(E.right('runs/a-2'))
  })

  it('that are not there are named, with those that are', async () => {
    const found = await findRun('b')()
    expect(E.isLeft(found) && found.left[0]).toMatchObject({
      message: "there is no run 'b'",
      remedy: 'the runs here: runs/a, runs/a-2, runs/a-3, runs/a-4, runs/a-5',
    })
  })

  it('say which file they lack', async () => {
    expect(sentence(await readOf('runs/a', 'config.json')())).toBe(
      'runs/a has no config.json, so it is not a finished run',
    )
  })
})
