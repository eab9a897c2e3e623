import { describe, expect, it } from 'vitest'
import { trainingReport } from '../../../src/inference/diagnostics/training.js'

const diagnostics = {
  steps: 100,
  epochs: 1,
  seconds: 1,
  runtime: 'cpu',
  threads: 1,
  notices: [],
  seed: 1,
  stopped: 'finished',
} as const
const point = (step: number, D: number, norm?: number) => ({
  step,
  epoch: 1,
  seconds: 0,
  values: { D },
  ...(norm === undefined ? {} : { gradientNorms: { D: norm } }),
})

describe('trainingReport', () => {
  it('takes medians of the last tenth and of the first half', () => {
    const history = Array.from({ length: 100 }, (_, i) => point(i + 1, i < 90 ? -2 : -(i - 80), i))
    expect(trainingReport({ history, diagnostics })).toEqual({
      steps: 100,
      stopped: 'finished',
      players: { D: { value: -15, growth: 7, gradientNorm: 94 } },
    })
  })

  it('manages empty histories and values of 0', () => {
    expect(trainingReport({ history: [], diagnostics }).players).toEqual({})
    expect(trainingReport({ history: [point(1, 0)], diagnostics }).players).toEqual({
      D: { value: 0, growth: 1 },
    })
  })
})
