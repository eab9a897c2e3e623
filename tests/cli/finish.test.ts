import { readdir } from 'node:fs/promises'
import { either as E } from 'fp-ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../src/cli/exitCode.js'
import { keepFit, keepLast, stoppedBefore } from '../../src/cli/finish.js'
import type { Job } from '../../src/cli/job.js'
import { terminalOf } from '../../src/cli/terminal.js'
import { giryError, showErrors } from '../../src/dsl/error.js'
import type { Fit } from '../../src/inference/fitted.js'
import { temporary } from './program.js'

let place: Awaited<ReturnType<typeof temporary>>
beforeAll(async () => {
  place = await temporary()
})
afterAll(() => place.remove())

const nothing = () => {
  throw new Error('this should not be asked for')
}

const job = () => ({ folder: place.path, config: { family: 'vae' } }) as unknown as Job

describe('keepLast', () => {
  it('saves what any error of fit carries, without words of the API', async () => {
    const params = { decode: { '0/bias': { data: Float32Array.of(1), shape: [1] } } }
    const error = giryError(
      'runtime',
      'fit',
      'the fit stopped: out of memory',
      'the parameters so far are in details.params',
      { params, history: [{ step: 7, epoch: 1, seconds: 1, values: { elbo: -1 } }] },
    )
    const kept = await keepLast(job(), [error])()
    expect(E.isLeft(kept) && showErrors(kept.left)).toBe(
      `the fit stopped: out of memory\ntraining stopped; the last good parameters, those after 7 steps, are saved in ${place.path}`,
    )
    expect((await readdir(place.path)).sort()).toEqual(['history.jsonl', 'params.safetensors'])
  })
})

describe('keepFit', () => {
  it('keeps nothing of a training that was stopped before its first step', async () => {
    const out = await temporary()
    const fitted = { params: {}, history: [], diagnostics: { steps: 0, stopped: 'aborted' } }
    const terminal = terminalOf(process, false)
    const kept = await keepFit(
      terminal,
      { ...job(), folder: out.path },
      { measure: nothing, figures: () => '', pages: nothing },
      fitted as unknown as Fit,
      AbortSignal.abort(),
    )()
    expect(kept).toEqual(E.left([stoppedBefore]))
    expect(exitCodeOf([stoppedBefore])).toBe(130)
    await expect(readdir(out.path)).rejects.toThrow('ENOENT')
  })
})
