// Bundlers for browsers take giry without settings: nothing of Node is asked for, and ONNX Runtime is a part of its own, which
// its threads need. esbuild is what tsx and with it this repository has at hand.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = mkdtempSync(join(tmpdir(), 'giry-bundle-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))

describe('a bundle for browsers', () => {
  it.each(['index.ts', 'models/index.ts'])('of src/%s', (entry) => {
    const folder = join(out, entry.replace('/', '-'))
    const { status, stderr } = spawnSync(
      join(root, 'node_modules/.bin/esbuild'),
      [
        ...[join(root, 'src', entry), '--bundle', '--splitting', '--format=esm', '--platform=browser'],
        ...[`--outdir=${folder}`, '--log-level=warning'],
      ],
      { cwd: root, encoding: 'utf8' },
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const files = readdirSync(folder)
    const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'))
    for (const text of texts) expect(text).not.toMatch(/(from|import\()\s*["']node:/)
    if (entry !== 'index.ts') return
    expect(files.filter((name) => name.startsWith('ort.wasm.bundle'))).toHaveLength(1)
    expect(texts.join('')).not.toMatch(/import\(\s*["']onnxruntime-node["']/)
  })
})
