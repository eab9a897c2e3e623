import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { interruptible } from '../../src/cli/interrupt.js'

const process_ = () => {
  const exits: number[] = []
  const emitter = new EventEmitter()
  return {
    emitter,
    exits,
    process: Object.assign(emitter, { exit: (code: number) => void exits.push(code) }),
  }
}

const at = (times: readonly number[]) => {
  let i = 0
  return () => times[i++] ?? Number.NaN
}

describe('interruptible', () => {
  it('aborts at the first signal and announces it once', () => {
    const { emitter, exits, process } = process_()
    let announced = 0
    const { signal } = interruptible(process, () => void announced++, at([0, 100]))
    expect(signal.aborted).toBe(false)
    emitter.emit('SIGHUP')
    emitter.emit('SIGINT')
    expect([signal.aborted, announced, exits]).toEqual([true, 1, []])
  })

  it('quits at a second signal that is no echo of the first', () => {
    const { emitter, exits, process } = process_()
    interruptible(process, () => undefined, at([0, 399, 401]))
    emitter.emit('SIGINT')
    emitter.emit('SIGTERM')
    expect(exits).toEqual([])
    emitter.emit('SIGINT')
    expect(exits).toEqual([130])
  })

  it('gives signals back', () => {
    const { emitter, process } = process_()
    interruptible(process, () => undefined).release()
    expect([emitter.listenerCount('SIGINT'), emitter.listenerCount('SIGTERM')]).toEqual([0, 0])
  })
})
