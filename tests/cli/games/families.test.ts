import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { gameFamilies } from '../../../src/models/registry.js'
import { giryHere as giry } from '../inProcess.js'
import { temporary } from '../program.js'

// Each test trains and measures, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 300_000 })

let place: Awaited<ReturnType<typeof temporary>>
const before = process.cwd()
beforeAll(async () => {
  place = await temporary()
  process.chdir(place.path)
})
afterAll(async () => {
  process.chdir(before)
  await place.remove()
})

const others = Object.keys(gameFamilies).filter((name) => name !== 'gan')

describe('giry train, every game', () => {
  it.each(others)('%s', async (family) => {
    const { code, stdout, stderr } = await giry(
      ...['train', family, '--data', 'moons', '--limit', '200', '--steps', '4', '--batch', '40'],
      ...['--hidden', '8', '--out', family, '--json'],
    )
    expect(stderr).not.toMatch(/Error|undefined|NaN/)
    expect(code).toBe(0)
    const { metrics } = JSON.parse(stdout) as { readonly metrics: { readonly c2stAuc: number } }
    expect(metrics.c2stAuc).toBeGreaterThan(0.5)
    expect(await readdir(family)).toEqual(
      expect.arrayContaining([
        'params.safetensors',
        'players.svg',
        'report.html',
        'samples.png',
        'training.png',
      ]),
    )
  })
})
