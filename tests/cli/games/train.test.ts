import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeApng } from 'fast-png'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { giryHere as giry } from '../inProcess.js'
import { start, temporary } from '../program.js'

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

const at = (...parts: readonly string[]) => join(place.path, ...parts)
const json = (stdout: string) =>
  JSON.parse(stdout) as Record<string, unknown> & {
    readonly metrics: Readonly<Record<string, number>>
    readonly verdict: readonly string[]
    readonly run: string
  }
const lines = async (run: string) =>
  (await readFile(at(run, 'history.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown> & { step: number; accuracy?: number })

/** Options that make a game short. */
const short = ['--limit', '600', '--steps', '20', '--hidden', '16', '--batch', '64'] as const

const always = [
  'config.json',
  'history.jsonl',
  'params.safetensors',
  'players.svg',
  'report.html',
  'result.json',
  'samples.png',
  'training.png',
]

describe('giry train gan', () => {
  it('plays, keeps the run with its verdict, and can be repeated, sampled, evaluated and exported', async () => {
    const command = ['train', 'gan', '--data', 'ring8', ...short, '--threads', '1', '--json']
    const first = await giry(...command)
    expect(first).toMatchObject({ code: 0 })
    const result = json(first.stdout)
    expect(first.stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(result).toMatchObject({
      family: 'gan',
      data: 'ring8',
      steps: 20,
      seed: 1,
      run: 'runs/gan-ring8-seed1',
    })
    expect(Object.keys(result.metrics)).toEqual(
      expect.arrayContaining(['modes', 'highQuality', 'reverseKl', 'c2stAuc', 'mmd', 'accuracy']),
    )
    expect(result.verdict.length).toBeGreaterThan(0)
    expect(first.stderr).toContain('fake: z ~ Normal on Real[2] → x ~ Push on Real[2]')
    expect(first.stderr).toContain('G (owns G) maximizes E_z[log σ(D(G(z)))]')
    expect(first.stderr).toMatch(/step 20 {3}D −1\.\d\d {3}G −0\.\d\d {3}D acc 0\.\d\d {3}0:\d\d\n/)
    for (const sentence of result.verdict) expect(first.stderr).toContain(sentence)

    expect((await readdir(at(result.run))).sort()).toEqual(always)
    expect(JSON.parse(await readFile(at(result.run, 'result.json'), 'utf8'))).toEqual(result)
    const history = await lines(result.run)
    expect(history.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    for (const point of history)
      expect(Object.keys(point)).toEqual(['step', 'epoch', 'seconds', 'values', 'gradientNorms', 'accuracy'])
    const { frames, height, width } = decodeApng(await readFile(at(result.run, 'training.png')))
    expect([frames.length, width, height]).toEqual([20, 384, 390])
    const page = await readFile(at(result.run, 'report.html'), 'utf8')
    expect(page).toContain('class="verdict"')
    expect(page).toContain('The players over training')
    expect(page).not.toMatch(/src="(?!data:)/)

    // One seed, one result, bit for bit.
    const second = json((await giry(...command)).stdout)
    expect(second.run).toBe('runs/gan-ring8-seed1-2')
    expect(second.metrics).toEqual(result.metrics)
    expect(await readFile(at(second.run, 'training.png'))).toEqual(
      await readFile(at(result.run, 'training.png')),
    )

    // The figures come back from the saved parameters.
    const evaluated = json((await giry('evaluate', result.run, '--json')).stdout)
    expect(evaluated.metrics).toEqual(result.metrics)

    const sampled = await giry('sample', result.run, '--n', '30', '--out', 'thirty.png')
    expect(sampled).toMatchObject({ code: 0, stdout: '30 samples in thirty.png\n', stderr: '' })
    const exported = await giry('export', result.run, '--net', 'G', '--out', 'G.onnx')
    expect(exported).toMatchObject({ code: 0, stderr: '' })
  })

  it('draws grids, neighbors and distances in the features of a classifier for digits', async () => {
    const { code, stdout, stderr } = await giry(
      ...[
        'train',
        'gan',
        '--limit',
        '300',
        '--steps',
        '3',
        '--batch',
        '32',
        '--latent',
        '8',
        '--hidden',
        '16',
      ],
      ...['--loss', 'hinge', '--out', 'digits', '--json'],
    )
    expect(code).toBe(0)
    expect(stderr).toContain('E_data[max(0, 1 − D(x))]')
    expect((await readdir(at('digits'))).sort()).toEqual([...always, 'neighbors.png'].sort())
    const { metrics } = json(stdout)
    expect(Object.keys(metrics)).toEqual(
      expect.arrayContaining(['c2stAuc', 'mmd', 'frechet', 'precision', 'recall', 'classifierAccuracy']),
    )
    expect(metrics.modes).toBeUndefined()
    const { numberOfFrames, channels } = decodeApng(await readFile(at('digits', 'training.png')))
    expect([numberOfFrames, channels]).toEqual([3, 1])
  })
})

describe('a game that ends early', () => {
  it('Ctrl-C keeps the run so far', async () => {
    const running = start(place.path, [
      ...['train', 'gan', '--data', 'ring8', '--limit', '600', '--hidden', '8', '--batch', '64'],
      ...['--steps', '20000', '--out', 'stopped', '--json'],
    ])
    await running.shows('step 2000 ')
    running.signal('SIGINT')
    const { code, stdout, stderr } = await running.ended
    expect(code).toBe(130)
    expect(stderr).toMatch(/stopped at step \d+; the run so far is saved in stopped/)
    expect((await readdir(at('stopped'))).sort()).toEqual(always)
    const result = json(stdout)
    expect(result).toMatchObject({ stopped: 'aborted' })
    expect((await lines('stopped')).at(-1)?.step).toBe(result.steps)
  })

  it('a player that diverges is named, and the last good parameters are kept', async () => {
    const { code, stderr } = await giry(
      ...['train', 'gan', '--data', 'ring8', '--limit', '600', '--hidden', '8', '--batch', '64'],
      ...['--steps', '200', '--rate', '1e30', '--out', 'diverged'],
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/step \d+/)
    expect(stderr).toContain('→ train with a lower --rate')
    expect(stderr).toMatch(/the last good parameters, those after \d+ steps?, are saved in diverged/)
    expect((await readdir(at('diverged'))).sort()).toEqual([
      'config.json',
      'history.jsonl',
      'params.safetensors',
    ])
  })
})

describe('giry derive, of a game', () => {
  it('prints what each player maximizes', async () => {
    const { code, stdout, stderr } = await giry('derive', 'gan', '--data', 'ring8', '--loss', 'minimax')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('D (owns D) maximizes E_data[log σ(D(x))] + E_z[log σ(−D(G(z)))]')
    expect(stdout).toContain('2 JSD(data ‖ fakes) − log 4')
  })
})
