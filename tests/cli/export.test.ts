import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { either as E } from 'fp-ts'
import * as ort from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Built, isGame } from '../../src/cli/built.js'
import type { DataName } from '../../src/cli/dataSources.js'
import { type AllParams, writeParams } from '../../src/cli/parameterFile.js'
import { buildFrom, type RunConfig, showConfig } from '../../src/cli/runConfig.js'
import { init } from '../../src/inference/init.js'
import { giryHere } from './inProcess.js'
import { temporary } from './program.js'

let place: Awaited<ReturnType<typeof temporary>>
const before = process.cwd()

const startOf = (built: Built): AllParams =>
  isGame(built)
    ? (init(built.game, 1) as AllParams)
    : { ...(init(built.p, 1) as AllParams), ...(init(built.q, 1) as AllParams) }

/** A run as version 0.1 left it before it knew threads: untrained, but whole. */
const saveRun = async (
  folder: string,
  family: string,
  options: Record<string, unknown>,
  data: DataName = 'mnist',
): Promise<void> => {
  const config: RunConfig = {
    giry: '0.1.0',
    family,
    options,
    data: { name: data, limit: 50 },
    training: {
      epochs: undefined,
      steps: 1,
      batch: 50,
      rate: 0.001,
      seed: 1,
      runtime: 'wasm',
      threads: undefined,
    },
  }
  const built = buildFrom(config, folder)
  if (E.isLeft(built)) throw new Error('the configuration is wrong')
  await mkdir(folder)
  await writeFile(join(folder, 'config.json'), showConfig(config))
  const params = startOf(built.right)
  await writeParams(folder, params, { giry: '0.1.0', family, steps: '1' })()
}

beforeAll(async () => {
  place = await temporary()
  process.chdir(place.path)
  await saveRun('codes', 'vae', { latent: 2, hidden: [8] })
  await saveRun('groups', 'gaussianMixture', { latent: 3, hidden: [] })
  await saveRun('played', 'gan', { latent: 2, hidden: [8] }, 'ring8')
})
afterAll(async () => {
  process.chdir(before)
  await place.remove()
})

const session = async (file: string) =>
  ort.InferenceSession.create(new Uint8Array(await readFile(file)), { logSeverityLevel: 3 })

describe('giry export', () => {
  it('writes the sampler into the run, and says what it takes and gives', async () => {
    const { code, stdout } = await giryHere('export', 'codes')
    expect(code).toBe(0)
    expect(stdout).toBe(
      [
        'the sampler in codes/sampler.onnx',
        '  inputs    noise/z/0 [n, 2], noise/x/0 [n, 784]',
        '  outputs   z [n, 2], x [n, 784]',
        '  noise is standard normal, or uniform in (0, 1): the metadata of the file say which',
        '',
      ].join('\n'),
    )
    expect((await session('codes/sampler.onnx')).outputNames).toEqual(['z', 'x'])
  })

  it('writes a net of p or of q', async () => {
    const { code, stdout, stderr } = await giryHere(
      'export',
      'codes',
      '--net',
      'encode',
      '--out',
      'e.onnx',
      '--json',
    )
    expect(code).toBe(0)
    const bytes = (await readFile('e.onnx')).length
    expect(JSON.parse(stdout)).toEqual({
      run: 'codes',
      of: 'encode',
      file: 'e.onnx',
      bytes,
      inputs: { input: ['n', 784] },
      outputs: { loc: ['n', 2], scale: ['n', 2] },
    })
    expect(stderr).toContain('the net encode in e.onnx\n')
    const { loc } = await (await session('e.onnx')).run({
      input: new ort.Tensor('float32', new Float32Array(3 * 784), [3, 784]),
    })
    expect(loc?.dims).toEqual([3, 2])
  })

  it('writes the generator, the critic and the sampler of a game', async () => {
    for (const [net, entries] of [
      ['G', 2],
      ['D', undefined],
    ] as const) {
      const { code, stdout } = await giryHere('export', 'played', '--net', net, '--json')
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({
        inputs: { input: ['n', 2] },
        outputs: { output: entries === undefined ? ['n'] : ['n', entries] },
      })
    }
    const { stdout } = await giryHere('export', 'played', '--noise', 'random', '--out', 'played.onnx')
    expect(stdout).toBe(
      'the sampler in played.onnx\n  inputs    n (a number)\n  outputs   z [n, 2], x [n, 2]\n',
    )
  })

  it('writes a sampler that draws its own noise', async () => {
    const { stdout } = await giryHere('export', 'groups', '--sampler', '--noise', 'random', '--out', 'g.onnx')
    expect(stdout).toBe('the sampler in g.onnx\n  inputs    n (a number)\n  outputs   c [n], x [n, 784]\n')
    const n = new ort.Tensor('int64', BigInt64Array.of(5n), [])
    expect((await (await session('g.onnx')).run({ n })).x?.dims).toEqual([5, 784])
  })

  it.each<readonly [string, number, readonly string[]]>([
    ["there is no run 'gone'", 1, ['gone']],
    ["the model has no net 'foo'\n  → pass --net with one of decode, encode\n", 2, ['codes', '--net', 'foo']],
    [
      "the net '() → Positive[3, 784]' has no input space, so there is no function to write\n",
      1,
      ['groups', '--net', 'scales'],
    ],
    [
      'codes is a directory, but --out names a file\n  → pass --out codes/decode.onnx\n',
      2,
      ['codes', '--net', 'decode', '--out', 'codes'],
    ],
    [
      'nowhere/a.onnx cannot be written: nowhere is not a directory\n',
      1,
      ['codes', '--out', 'nowhere/a.onnx'],
    ],
  ])('%s', async (sentence, code, args) => {
    const files = await readdir('codes')
    const ended = await giryHere('export', ...args)
    expect(ended.stderr).toContain(sentence)
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(await readdir('codes')).toEqual(files)
  })
})

describe('a run without threads in its configuration', () => {
  it('evaluates on the runtime that it names', async () => {
    expect(await readFile('codes/config.json', 'utf8')).not.toContain('threads')
    const { code, stdout } = await giryHere('evaluate', 'codes', '--json')
    expect(code).toBe(0)
    const result = JSON.parse(stdout) as { runtime: string; metrics: { testElbo: number } }
    expect(result.runtime).toBe('wasm')
    expect(result.metrics.testElbo).toBeLessThan(-500)
  })
})
