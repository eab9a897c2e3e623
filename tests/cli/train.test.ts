import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { giry, short, start, temporary } from './program.js'

// Each test starts several processes, which take seconds on a busy machine.
vi.setConfig({ testTimeout: 300_000 })

let place: Awaited<ReturnType<typeof temporary>>
beforeAll(async () => {
  place = await temporary()
})
afterAll(() => place.remove())

const at = (...parts: readonly string[]) => join(place.path, ...parts)
const bytes = (run: string, file: string) => readFile(at(run, file))
const text = (run: string, file: string) => readFile(at(run, file), 'utf8')
const json = (stdout: string) =>
  JSON.parse(stdout) as Record<string, unknown> & {
    metrics: { testElbo: number; testLogLikelihood?: number }
    run: string
  }
const lines = async (run: string) =>
  (await text(run, 'history.jsonl'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { step: number; elbo: number; testElbo?: number })

const always = [
  'config.json',
  'history.jsonl',
  'loss.svg',
  'params.safetensors',
  'reconstructions.png',
  'report.html',
  'result.json',
  'samples.png',
]

describe('giry train vae', () => {
  it('trains, keeps the run, and can be repeated, sampled and evaluated', async () => {
    const first = await giry(place.path, 'train', 'vae', ...short, '--threads', '2', '--json')
    expect(first).toMatchObject({ code: 0 })
    const result = json(first.stdout)
    expect(first.stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(result).toMatchObject({
      family: 'vae',
      data: 'mnist',
      steps: 20,
      seed: 1,
      runtime: 'onnx-node',
      threads: 2,
      notices: [],
      run: 'runs/vae-mnist-seed1',
    })
    expect(Object.keys(result.metrics)).toEqual(['testElbo', 'trainElbo'])
    expect(Object.keys(result)).toEqual([
      'family',
      'data',
      'steps',
      'seed',
      'runtime',
      'threads',
      'notices',
      'seconds',
      'metrics',
      'stopped',
      'run',
    ])
    expect(first.stderr).toContain('p: z ~ Normal on Real[20] → x ~ Bernoulli on Binary[784]')
    expect(first.stderr).toContain('log P(x)')
    expect(first.stderr).toContain('\nruntime onnx-node, 2 threads\n')
    expect(first.stderr).toMatch(/epoch 5 {3}step 20 {3}training L_b −\d+\.\d {3}held-out L_b −\d+\.\d/)
    expect(first.stderr).not.toMatch(/tfjs|Hi, looks like/)

    expect((await readdir(at(result.run))).sort()).toEqual(always)
    const history = await lines(result.run)
    expect(history.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect(history.at(-1)?.testElbo).toBe(result.metrics.testElbo)
    expect(result.metrics.testElbo).toBeGreaterThan(history[0]?.elbo ?? 0)
    expect(JSON.parse(await text(result.run, 'result.json'))).toEqual(result)

    // One seed, one result, bit for bit; a second run lies beside the first.
    const again = ['train', 'vae', ...short, '--threads', '2', '--json']
    const second = json((await giry(place.path, ...again)).stdout)
    expect(second.run).toBe('runs/vae-mnist-seed1-2')
    expect(second.metrics).toEqual(result.metrics)
    expect(await bytes(second.run, 'params.safetensors')).toEqual(
      await bytes(result.run, 'params.safetensors'),
    )

    // The figure comes back from the saved parameters.
    const evaluated = json((await giry(place.path, 'evaluate', result.run, '--json')).stdout)
    expect(evaluated.metrics.testElbo).toBe(result.metrics.testElbo)
    expect(evaluated).toMatchObject({
      family: 'vae',
      data: 'mnist',
      steps: 20,
      seed: 1,
      runtime: 'auto',
      run: result.run,
    })

    const sampled = await giry(
      place.path,
      'sample',
      'vae-mnist-seed1',
      '--n',
      '5',
      '--seed',
      '7',
      '--out',
      'five.png',
    )
    expect(sampled).toMatchObject({ code: 0, stdout: '5 samples in five.png\n', stderr: '' })
    // Five images of 28 pixels, two dots a pixel, with gaps of two: 2 + 5 (56 + 2) by 2 + 56 + 2.
    expect(decode(await readFile(at('five.png')))).toMatchObject({ width: 292, height: 60 })
  })

  it('trains without compiling where it is asked to', async () => {
    const eager = ['train', 'vae', '--limit', '200', '--steps', '2', '--hidden', '8', '--runtime', 'cpu']
    const { stdout, stderr } = await giry(place.path, ...eager, '--out', 'eager', '--json')
    expect(json(stdout)).toMatchObject({ runtime: 'cpu', threads: 1, notices: [] })
    expect(stderr).toContain('\nruntime cpu, 1 thread\n')
    expect(JSON.parse(await text('eager', 'config.json'))).toMatchObject({ training: { runtime: 'cpu' } })
  })

  it('maps the code plane where the code has two entries', async () => {
    const { code, stdout } = await giry(
      place.path,
      'train',
      'vae',
      ...short,
      '--latent',
      '2',
      '--out',
      'plane',
    )
    expect(code).toBe(0)
    expect(stdout).toContain('plane/\n')
    expect((await readdir(at('plane'))).sort()).toEqual([...always, 'code-plane.png', 'codes.png'].sort())
    expect(decode(await bytes('plane', 'code-plane.png'))).toMatchObject({ width: 20 * 56, height: 20 * 56 })
    const page = await text('plane', 'report.html')
    for (const title of [
      'Reconstructions',
      'Samples',
      'The code plane',
      'Codes of held-out data',
      'The derivation',
    ])
      expect(page).toContain(title)
    expect(page).not.toMatch(/src="(?!data:)/)
  })
})

describe('giry train, families of real data', () => {
  it.each([
    ['gaussianMixture', ['components.png']],
    ['linearGaussian', []],
    ['factorAnalysis', []],
  ])('%s', async (family, more) => {
    const { code, stdout } = await giry(
      place.path,
      'train',
      family,
      '--limit',
      '200',
      '--steps',
      '3',
      '--out',
      family,
      '--json',
    )
    expect(code).toBe(0)
    // log P(x) is known exactly for these families, and the bound lies below it.
    const { testElbo, testLogLikelihood } = json(stdout).metrics
    expect(testElbo).toBeLessThan(testLogLikelihood as number)
    expect(Number.isFinite(testElbo)).toBe(true)
    expect((await readdir(at(family))).sort()).toEqual([...always, ...more].sort())
  })
})

describe('giry train, points of the plane', () => {
  it('trains a mixture on the ring, and draws its points over the data', async () => {
    const ring = ['train', 'gaussianMixture', '--data', 'ring8', '--limit', '500', '--steps', '3']
    const { code, stdout } = await giry(place.path, ...ring, '--out', 'ring', '--json')
    expect(code).toBe(0)
    const { testElbo, testLogLikelihood } = json(stdout).metrics
    expect(testElbo).toBeLessThan(testLogLikelihood as number)
    const files = always.filter((file) => file !== 'reconstructions.png')
    expect((await readdir(at('ring'))).sort()).toEqual(files)
    expect(await giry(place.path, 'sample', 'ring', '--n', '50', '--out', 'points.png')).toMatchObject({
      code: 0,
      stdout: '50 samples in points.png\n',
    })
  })
})

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s saves the run so far', async (signal) => {
    const running = start(place.path, [
      'train',
      'vae',
      '--limit',
      '500',
      '--hidden',
      '32',
      '--epochs',
      '100000',
      '--out',
      signal,
      '--json',
    ])
    await running.shows('epoch 1 ')
    running.signal(signal)
    const { code, stdout, stderr } = await running.ended
    expect(code).toBe(130)
    expect(stderr).toMatch(new RegExp(`stopped at step \\d+; the run so far is saved in ${signal}`))
    expect((await readdir(at(signal))).sort()).toEqual(always)
    const result = json(stdout)
    expect(result.stopped).toBe('aborted')
    expect((await lines(signal)).at(-1)?.step).toBe(result.steps)
    const evaluated = json((await giry(place.path, 'evaluate', signal, '--json')).stdout)
    expect(evaluated.metrics.testElbo).toBe(result.metrics.testElbo)
  })
})

/** A training without end. */
const endless = (out: string) =>
  start(place.path, ['train', 'vae', '--limit', '200', '--hidden', '8', '--epochs', '1000000', '--out', out])

describe('what may happen to a training', () => {
  it('killed, it leaves the parameters of its last epoch', async () => {
    const running = endless('killed')
    await running.shows('epoch 2 ')
    running.signal('SIGKILL')
    await running.ended
    const { code, stdout } = await giry(place.path, 'evaluate', 'killed', '--json')
    expect(code).toBe(0)
    expect(json(stdout).steps).toBeGreaterThanOrEqual(2)
  })

  it('its directory taken away, it goes on and keeps the parameters elsewhere', async () => {
    const running = endless('gone')
    await running.shows('epoch 1 ')
    await rename(at('gone'), at('elsewhere'))
    await running.shows('the parameters so far cannot be kept, the training goes on')
    running.signal('SIGINT')
    const { code, stderr } = await running.ended
    expect(code).toBe(1)
    expect(stderr.match(/cannot be kept/g)).toHaveLength(1)
    const folder = /the parameters of step \d+ are saved in (\S+) instead/.exec(stderr)?.[1] as string
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'history.jsonl', 'params.safetensors'])
    await rm(folder, { recursive: true })
  })

  it('its output closed, it goes on to its end', async () => {
    const running = start(place.path, ['train', 'vae', ...short, '--out', 'closed'])
    running.deafen()
    expect((await running.ended).code).toBe(0)
    expect((await readdir(at('closed'))).sort()).toEqual(always)
  })

  it('a picture that cannot be written takes nothing else with it', async () => {
    const running = start(place.path, ['train', 'vae', ...short, '--out', 'pictureless', '--json'])
    await running.shows('epoch 1 ')
    await mkdir(at('pictureless', 'samples.png', 'full'), { recursive: true })
    const { code, stdout, stderr } = await running.ended
    expect(code).toBe(1)
    expect(json(stdout).metrics.testElbo).toBeLessThan(0)
    expect(stderr).toContain('held-out L_b')
    expect(stderr).toContain('the parameters are safe in pictureless/params.safetensors')
  })
})

describe('giry derive and families', () => {
  it('prints the derivation in each format, and nothing else', async () => {
    const latex = await giry(place.path, 'derive', 'vae', '--format', 'latex')
    expect(latex).toMatchObject({ code: 0, stderr: '' })
    expect(latex.stdout).toContain('\\log')
    const plain = await giry(place.path, 'derive', 'gaussianMixture', '--latent', '3')
    expect(plain.stdout).toContain('Category(3)')
  })

  it('lists every family', async () => {
    const { stdout, stderr } = await giry(place.path, 'families')
    for (const name of [
      'vae',
      'gaussianMixture',
      'linearGaussian',
      'factorAnalysis',
      'gan',
      'avb',
      'mnist',
      'ring8',
    ])
      expect(stdout).toContain(name)
    expect(stderr).toBe('')
  })
})
