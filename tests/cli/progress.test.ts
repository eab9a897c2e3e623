import { describe, expect, it } from 'vitest'
import { meter, progressOn, showDuration, showNats, showRate, showRuntime } from '../../src/cli/progress.js'
import { terminalOf } from '../../src/cli/terminal.js'

const point = (step: number, seconds: number, elbo: number) => ({
  step,
  epoch: 1,
  seconds,
  values: { objective: elbo },
})

describe('figures', () => {
  it.each([
    [0.2, '0:01'],
    [31, '0:31'],
    [125, '2:05'],
    [3725, '1:02:05'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('shows %d seconds as %s', (seconds, text) => expect(showDuration(seconds)).toBe(text))

  it('shows what ran', () => {
    expect(showRuntime({ runtime: 'onnx-node', threads: 2 })).toBe('onnx-node, 2 threads')
    expect(showRuntime({ runtime: 'cpu', threads: 1 })).toBe('cpu, 1 thread')
  })

  it('shows nats with a true minus sign, and rates with the digits that mean something', () => {
    expect([showNats(-118.26), showRate(14.23), showRate(432.7)]).toEqual(['\u2212118.3', '14.2', '433'])
  })
})

describe('meter', () => {
  it('gives rate, time left and the running mean of a steady run exactly', () => {
    const read = meter(100)
    for (let step = 1; step < 50; step++) read(point(step, step / 4, step))
    const pace = read(point(50, 12.5, 50))
    expect(pace).toEqual({ step: 50, epoch: 1, rate: 4, secondsLeft: 12.5, bound: 25.5 })
  })

  it('forgets bounds older than 100 steps and paces older than 10 seconds', () => {
    const read = meter(1000)
    for (let step = 1; step <= 200; step++) read(point(step, step, -1000))
    let pace = read(point(201, 200.1, 0))
    for (let step = 202; step <= 400; step++) pace = read(point(step, 200.1 + (step - 201) / 10, 0))
    expect(pace.bound).toBe(0)
    expect(pace.rate).toBeCloseTo(10, 6)
  })

  it('has no rate after one step', () => expect(meter(10)(point(1, 0.1, 0)).rate).toBeNaN())
})

describe('progressOn', () => {
  const events = (write: (text: string) => void, isTTY: boolean) => {
    const stderr = { isTTY, columns: 100, write }
    const lines: string[] = []
    const terminal = terminalOf(
      { stdout: { write: (text) => void lines.push(text) }, stderr, env: {} },
      false,
    )
    const { onEvent } = progressOn(terminal, false)
    onEvent({ type: 'notice', message: 'the step is not compiled, and runs on tfjs (cpu): no' })
    onEvent({ type: 'start', steps: 4, stepsPerEpoch: 2, parameters: 1, runtime: 'cpu', threads: 1 })
    for (const [step, elbo] of [
      [1, -10],
      [2, -20],
    ] as const)
      onEvent({ type: 'step', ...point(step, step, elbo) })
    onEvent({ type: 'epoch', ...point(2, 2, -20), heldOut: -12.34 })
    onEvent({ type: 'end', step: 2, stopped: 'aborted' })
    return lines
  }

  it('leaves what runs, notices, and one line for each epoch, with its mean training bound and the held-out one', () => {
    const drawn: string[] = []
    const lines = events((text) => void drawn.push(text), false)
    expect(lines).toEqual([
      'note: the step is not compiled, and runs on tfjs (cpu): no\n',
      'runtime cpu, 1 thread\n',
      'epoch 1   step 2   training L_b −15.0   held-out L_b −12.3   0:02\n',
    ])
    expect(drawn).toEqual([])
  })
})
