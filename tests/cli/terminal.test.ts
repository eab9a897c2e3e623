import { describe, expect, it } from 'vitest'
import { terminalOf } from '../../src/cli/terminal.js'

const stream = (isTTY: boolean) => {
  const written: string[] = []
  return { written, isTTY, write: (text: string) => void written.push(text) }
}

const streams = (isTTY: boolean, env: Record<string, string> = {}) => ({
  stdout: stream(isTTY),
  stderr: stream(isTTY),
  env,
})

describe('terminalOf', () => {
  it('says words on standard output and prints no JSON', () => {
    const s = streams(false)
    const t = terminalOf(s, false)
    t.say('a')
    t.warn('b')
    t.json({ c: 1 })
    expect([s.stdout.written, s.stderr.written]).toEqual([['a\n'], ['b\n']])
  })

  it('keeps standard output for one line of JSON', () => {
    const s = streams(false)
    const t = terminalOf(s, true)
    t.say('a')
    t.json({ c: 1 })
    expect([s.stdout.written, s.stderr.written]).toEqual([['{"c":1}\n'], ['a\n']])
  })

  it('paints on a terminal only, and not under NO_COLOR', () => {
    expect(terminalOf(streams(true), false).bold('a')).toBe('\u001b[1ma\u001b[0m')
    expect(terminalOf(streams(false), false).bold('a')).toBe('a')
    expect(terminalOf(streams(true, { NO_COLOR: '1' }), false).bold('a')).toBe('a')
  })
})
