import { readdirSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCommandLine } from '../../src/cli/commands.js'
import { giry, short, temporary } from './program.js'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

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

/** Runs a command line in this process; what it writes on standard error, and its exit code. */
const run = async (...args: readonly string[]) => {
  let stderr = ''
  const quiet = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text)
    return true
  })
  const silent = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
  try {
    return { code: await runCommandLine(args), stderr }
  } finally {
    quiet.mockRestore()
    silent.mockRestore()
  }
}

describe('a wrong command line', () => {
  it.each<readonly [string, readonly string[]]>([
    [
      "the command must be one of train, derive, sample, evaluate, export, families, but 'trian' was given",
      ['trian'],
    ],
    [
      "the family must be one of vae, gaussianMixture, linearGaussian, factorAnalysis, gan, wgan-gp, pacgan, conditional-gan, acgan, infogan, bigan, vae-gan, aae, avb, but 'gam' was given",
      ['train', 'gam'],
    ],
    [
      'the family is missing: it must be one of vae, gaussianMixture, linearGaussian, factorAnalysis, gan, wgan-gp, pacgan, conditional-gan, acgan, infogan, bigan, vae-gan, aae, avb',
      ['train'],
    ],
    ['the run is missing: it must be a path', ['evaluate']],
    [
      "--data must be one of mnist, ring8, grid25, moons, swissroll, but 'cifar' was given",
      ['train', 'vae', '--data', 'cifar'],
    ],
    [
      'vae is a model of bits, and the ring of 8 Gaussians has points of the plane: it can be trained on mnist',
      ['train', 'vae', '--data', 'ring8'],
    ],
    [
      'acgan needs the class of each datum, and the Swiss roll has none: it can be trained on mnist, ring8, grid25, moons',
      ['train', 'acgan', '--data', 'swissroll'],
    ],
    [
      'vae has no choice of losses; --loss is for gan, pacgan, conditional-gan, acgan, infogan',
      ['train', 'vae', '--loss', 'hinge'],
    ],
    [
      "--loss must be one of minimax, nonSaturating, leastSquares, hinge, wasserstein, but 'mse' was given",
      ['train', 'gan', '--loss', 'mse'],
    ],
    ['--data must be one of mnist', ['derive', 'gan', '--data', 'ring']],
    ["--epochs must be a whole number >= 1, but '1.5' was given", ['train', 'vae', '--epochs', '1.5']],
    ["--steps must be a whole number >= 1, but '0' was given", ['train', 'vae', '--steps', '0']],
    [
      "--latent must be a whole number >= 1 and <= 10000, but '-3' was given",
      ['train', 'vae', '--latent', '-3'],
    ],
    [
      "--latent must be a whole number >= 1 and <= 10000, but '10001' was given",
      ['derive', 'vae', '--latent', '10001'],
    ],
    [
      '--hidden must be a whole number >= 1 and <= 100000, or several',
      ['train', 'vae', '--hidden', '8,100001'],
    ],
    [
      "--n must be a whole number >= 1 and <= 100000, but '100001' was given",
      ['sample', 'x', '--n', '100001'],
    ],
    [
      "--batch must be a whole number >= 1 and <= 1000000, but 'many' was given",
      ['train', 'vae', '--batch=many'],
    ],
    ["--rate must be a number > 0, but '-1' was given", ['train', 'vae', '--rate', '-1']],
    [
      "--hidden must be a whole number >= 1 and <= 100000, or several joined by commas, such as 400,200, but '400,x' was given",
      ['train', 'vae', '--hidden', '400,x'],
    ],
    [
      "--runtime must be one of auto, onnx, onnx-node, onnx-web, onnx-cuda, onnx-webgpu, wasm, cpu, but 'gpu' was given",
      ['train', 'vae', '--runtime', 'gpu'],
    ],
    [
      "--threads must be a whole number >= 1 and <= 1024, but '0' was given",
      ['train', 'vae', '--threads', '0'],
    ],
    ['the run is missing: it must be a path', ['export']],
    ["--noise must be one of input, random, but 'loud' was given", ['export', 'x', '--noise', 'loud']],
    ['--net needs the name of a net', ['export', 'x', '--net']],
    [
      '--net decode and --sampler name two things to write: pass one of them',
      ['export', 'x', '--net', 'decode', '--sampler'],
    ],
    [
      "--noise is for samplers, and the net 'decode' draws nothing",
      ['export', 'x', '--net', 'decode', '--noise', 'random'],
    ],
    [
      "--format must be one of text, markdown, latex, but 'pdf' was given",
      ['derive', 'vae', '--format', 'pdf'],
    ],
    ["--n must be a whole number >= 1 and <= 100000, but '0' was given", ['sample', 'x', '--n', '0']],
    ['--seed needs a whole number >= 0', ['train', 'vae', '--seed']],
    [
      '--epochs 1 and --steps 2 both say how long to train: pass one of them',
      ['train', 'vae', '--epochs', '1', '--steps', '2'],
    ],
    ["linearGaussian has no option 'hidden'; it has latent", ['train', 'linearGaussian', '--hidden', '3']],
    ['Unknown arguments', ['train', 'vae', '--foo']],
  ])('%s', async (sentence, args) => {
    const { code, stderr } = await run(...args)
    expect(stderr).toContain(sentence)
    expect(code).toBe(2)
    expect(readdirSync('.')).toEqual([])
  })

  it('reports every fault at once', async () => {
    const { code, stderr } = await run(
      'train',
      'linearGaussian',
      '--hidden',
      '3',
      '--batch',
      'x',
      '--epochs',
      '1',
      '--steps',
      '1',
      '--rate',
      '0',
    )
    expect(stderr).toContain('found 4 errors')
    for (const part of ["'hidden'", '--batch must be', 'both say how long', '--rate must be'])
      expect(stderr).toContain(part)
    expect(code).toBe(2)
  })
})

describe('what cannot be done', () => {
  it('a batch larger than the data', async () => {
    const { code, stderr } = await run('train', 'vae', '--limit', '50', '--batch', '60')
    expect(stderr).toBe(
      '--batch is 60, but mnist has 50 training data under --limit 50\n  → pass --batch 50 or less\n',
    )
    expect(code).toBe(2)
    expect(readdirSync('.')).toEqual([])
  })

  it('packs that a batch or the data cannot be cut into', async () => {
    const { code, stderr } = await run('train', 'pacgan', '--data', 'ring8', '--batch', '6', '--limit', '30')
    expect(stderr).toBe(
      'pacgan judges 4 data at once, and --batch is 6, which is no multiple of 4\n  → pass --batch 4\npacgan judges 4 data at once, and --limit is 30, which is no multiple of 4\n  → pass --limit 28\n',
    )
    expect(code).toBe(2)
    expect(readdirSync('.')).toEqual([])
  })

  it('a game in LaTeX', async () => {
    const { code, stderr } = await run('derive', 'gan', '--data', 'ring8', '--format', 'latex')
    expect(stderr).toBe(
      'gan is a game, which has no bound to be derived in latex\n  → leave --format out, and the value of the game is printed\n',
    )
    expect(code).toBe(2)
  })

  it('a directory that cannot be written, found before training', async () => {
    const { code, stderr } = await run('train', 'vae', '--limit', '50', '--out', '/dev/null/run')
    expect(stderr).toBe(
      '/dev/null/run cannot be written: a part of the path is a file, not a directory\n  → name a directory you can write to with --out\n',
    )
    expect(code).toBe(1)
  })

  it('a file in place of a directory', async () => {
    await writeFile('afile', '')
    const { code, stderr } = await run('train', 'vae', '--limit', '50', '--out', 'afile')
    expect(stderr).toBe('afile is a file, but --out names a directory\n  → name a new directory with --out\n')
    expect(code).toBe(2)
    await rm('afile')
  })

  it('a directory that is not empty', async () => {
    await mkdir('mine')
    await writeFile('mine/thesis.tex', '')
    const { code, stderr } = await run('train', 'vae', '--limit', '50', '--out', 'mine')
    expect(stderr).toBe(
      'the directory mine is not empty: it holds thesis.tex\n  → name a new directory with --out, or leave it out\n',
    )
    expect(code).toBe(2)
    expect(await readdir('mine')).toEqual(['thesis.tex'])
    await rm('mine', { recursive: true })
  })

  it('a rate at which the bound becomes NaN: the last good parameters are kept', async () => {
    const { code, stderr } = await giry('.', 'train', 'vae', ...short, '--rate', '1e30', '--out', 'nan')
    expect(code).toBe(1)
    expect(stderr).toMatch(/step \d+: .*(NaN|Infinity|finite)/)
    expect(stderr).toContain('→ train with a lower --rate')
    expect(stderr).toMatch(/the last good parameters, those after \d+ steps?, are saved in nan/)
    expect((await readdir('nan')).sort()).toEqual(['config.json', 'history.jsonl', 'params.safetensors'])
    expect(await giry('.', 'sample', 'nan', '--n', '1')).toMatchObject({
      code: 0,
      stdout: '1 sample in nan/samples-seed1-n1.png\n',
    })
    await rm('nan', { recursive: true })
  })
})

describe('a damaged run', () => {
  const files = ['config.json', 'params.safetensors']
  beforeAll(async () => {
    expect(
      (await giry('.', 'train', 'vae', '--limit', '50', '--steps', '1', '--hidden', '8', '--out', 'whole'))
        .code,
    ).toBe(0)
  })

  /** A copy of the run, harmed. */
  const harmed = async (harm: () => Promise<unknown>) => {
    await rm('copy', { recursive: true, force: true })
    await mkdir('copy')
    await Promise.all(files.map((file) => copyFile(join('whole', file), join('copy', file))))
    await harm()
  }

  const editConfig = async (edit: (config: Record<string, Record<string, unknown>>) => unknown) => {
    const config = JSON.parse(await readFile('copy/config.json', 'utf8')) as Record<
      string,
      Record<string, unknown>
    >
    edit(config)
    await writeFile('copy/config.json', JSON.stringify(config))
  }

  const cut = async (bytes: number) =>
    writeFile('copy/params.safetensors', (await readFile('copy/params.safetensors')).subarray(0, bytes))

  it.each<readonly [string, string, () => Promise<unknown>]>([
    [
      'no configuration',
      'copy has no config.json, so it is not a finished run',
      () => rm('copy/config.json'),
    ],
    [
      'no parameters',
      'copy has no params.safetensors, so it is not a finished run',
      () => rm('copy/params.safetensors'),
    ],
    [
      'a configuration that is no JSON',
      'copy/config.json cannot be used: it is not JSON',
      () => writeFile('copy/config.json', '{'),
    ],
    [
      'a family that is gone',
      'copy/config.json cannot be used: family must be one of vae,',
      () => editConfig((c) => Object.assign(c, { family: 'boltzmann' })),
    ],
    [
      'a field that is missing',
      'copy/config.json cannot be used: training.batch is missing; it must be a whole number >= 1',
      () => editConfig((c) => delete c.training?.batch),
    ],
    [
      'a field that is wrong',
      'copy/config.json cannot be used: training.rate must be a number > 0, or left out, but "fast" is there',
      () => editConfig((c) => Object.assign(c.training ?? {}, { rate: 'fast' })),
    ],
    [
      'a wrong option of the family',
      'copy/config.json cannot be used: latent must be a whole number >= 1, but -2 was given',
      () => editConfig((c) => Object.assign(c.options ?? {}, { latent: -2 })),
    ],
    [
      'a size that no machine holds',
      'copy/config.json cannot be used: latent must be <= 100000, but 1000000000 is there',
      () => editConfig((c) => Object.assign(c.options ?? {}, { latent: 1e9 })),
    ],
    [
      'a configuration that is null',
      'copy/config.json cannot be used: it must be a record, but null is there',
      () => writeFile('copy/config.json', 'null'),
    ],
    [
      'a part of it that is null',
      'copy/config.json cannot be used: data must be a record, but null is there',
      () => editConfig((c) => Object.assign(c, { data: null })),
    ],
    [
      'a directory for the parameters',
      'copy/params.safetensors cannot be read: it is a directory, not a file',
      async () => {
        await rm('copy/params.safetensors')
        await mkdir('copy/params.safetensors')
      },
    ],
    [
      'parameters that are no finite numbers',
      // The last number of the file is that of the last array.
      'copy/params.safetensors holds NaN at index ',
      async () => {
        const bytes = await readFile('copy/params.safetensors')
        bytes.writeFloatLE(Number.NaN, bytes.length - 4)
        await writeFile('copy/params.safetensors', bytes)
      },
    ],
    [
      'truncated parameters',
      'copy/params.safetensors is damaged or no parameter file: The file ends inside array',
      () => cut(20_000),
    ],
    [
      'a truncated header',
      'copy/params.safetensors is damaged or no parameter file: The file ends inside its header',
      () => cut(20),
    ],
    [
      'an empty parameter file',
      'copy/params.safetensors is damaged or no parameter file: The file has 0 bytes',
      () => cut(0),
    ],
    [
      'parameters of another size',
      "copy/params.safetensors is of another model: the parameter 'decode/0/kernel' has shape [20,8], but the net has [5,8]",
      () => editConfig((c) => Object.assign(c.options ?? {}, { latent: 5 })),
    ],
    [
      'parameters of another family',
      "copy/params.safetensors is of another model: the params have no net 'noise'",
      () => editConfig((c) => Object.assign(c, { family: 'linearGaussian', options: { latent: 20 } })),
    ],
  ])('%s', async (_, sentence, harm) => {
    await harmed(harm)
    const there = await readdir('copy')
    for (const command of ['sample', 'evaluate']) {
      const { code, stderr } = await run(command, 'copy')
      expect(stderr).toContain(sentence)
      expect(code).toBe(1)
    }
    expect(await readdir('copy')).toEqual(there)
  })

  it('a run that is not there', async () => {
    const { code, stderr } = await run('evaluate', 'nowhere')
    expect(stderr).toBe(
      "there is no run 'nowhere'\n  → train one first: giry train vae (in a clone: npm run -s giry -- train vae)\n",
    )
    expect(code).toBe(1)
  })

  it('a directory in place of a picture', async () => {
    const { code, stderr } = await run('sample', 'whole', '--out', '.')
    expect(stderr).toBe('. is a directory, but --out names a file\n  → pass --out samples.png\n')
    expect(code).toBe(2)
  })

  it('a picture that has nowhere to go', async () => {
    const { code, stderr } = await run('sample', 'whole', '--out', 'nowhere/a.png')
    expect(stderr).toContain('nowhere/a.png cannot be written: nowhere is not a directory')
    expect(code).toBe(1)
  })
})
