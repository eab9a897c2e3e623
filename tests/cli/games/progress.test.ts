import { describe, expect, it } from 'vitest'
import { gameProgress, showValue } from '../../../src/cli/games/progress.js'
import { terminalOf } from '../../../src/cli/terminal.js'
import type { FitEvent } from '../../../src/inference/fitted.js'

const point = (step: number, accuracy?: number) => ({
  step,
  epoch: 1,
  seconds: step / 10,
  values: { D: -1, G: -0.5 * step },
  gradientNorms: { D: 1, G: 1 },
  ...(accuracy === undefined ? {} : { monitors: { accuracy } }),
})

const linesOf = (events: readonly FitEvent[], critic?: string) => {
  const lines: string[] = []
  const stderr = { isTTY: false, columns: 100, write: () => true }
  const stdout = { write: (text: string) => void lines.push(text) }
  const { onEvent } = gameProgress(terminalOf({ stdout, stderr, env: {} }, false), false, critic)
  for (const event of events) onEvent(event)
  return lines
}

const start: FitEvent = {
  type: 'start',
  steps: 20,
  stepsPerEpoch: 4,
  parameters: 1,
  runtime: 'cpu',
  threads: 1,
}

describe('gameProgress', () => {
  it('leaves ten lines of a run, with the running mean of each player and the last accuracy of D', () => {
    const steps = Array.from(
      { length: 20 },
      (_, i): FitEvent => ({ type: 'step', ...point(i + 1, i === 1 ? 0.75 : undefined) }),
    )
    const lines = linesOf([start, ...steps, { type: 'end', step: 20, stopped: 'finished' }])
    expect(lines).toHaveLength(11)
    // The mean of −0.5 and −1 is −0.75, that of −0.5 … −10 is −5.25.
    expect(lines.slice(0, 2)).toEqual([
      'runtime cpu, 1 thread\n',
      'step 2   D −1.00   G −0.75   D acc 0.75   0:01\n',
    ])
    expect(lines.at(-1)).toBe('step 20   D −1.00   G −5.25   D acc 0.75   0:02\n')
  })

  it('names the critic whose accuracy it shows', () => {
    expect(linesOf([start, { type: 'step', ...point(2, 0.5) }], 'T').at(-1)).toContain('T acc 0.50')
  })

  it('names the player that moves alone before the game', () => {
    const phase = (step: number): FitEvent => ({
      type: 'pretrain',
      player: 'D',
      ...point(step),
      steps: 2,
      values: { D: -step },
    })
    expect(linesOf([phase(1), phase(2), start])).toEqual([
      'step 2   D alone   D −1.50   0:01\n',
      'runtime cpu, 1 thread\n',
    ])
  })

  it('shows values with a true minus sign and two decimals', () => {
    expect([showValue(-1.386), showValue(0.694)]).toEqual(['\u22121.39', '0.69'])
  })
})
