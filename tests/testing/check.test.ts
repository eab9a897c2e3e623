/** check throws what does not hold, with the sentence and the remedy, now or later. */
import { check, type LawVerdict, lawErrors } from 'giry/testing'
import { describe, expect, it } from 'vitest'
import { GiryException } from '../../src/dsl/error.js'

const verdict = (holds: boolean): LawVerdict => ({
  law: 'the density integrates to 1',
  subject: 'mine',
  holds,
  found: holds ? 0 : 0.284,
  bound: 0.001,
  sentence: 'the density integrates to 1.284',
  remedy: 'look at the normalizing constant',
})

describe('check', () => {
  it('returns what holds', async () => {
    expect(check([verdict(true)])).toHaveLength(1)
    expect(await check(Promise.resolve([verdict(true)]))).toHaveLength(1)
  })

  it('throws one error for each law that does not hold', async () => {
    const text =
      'mine breaks the law "the density integrates to 1": the density integrates to 1.284\n  → look at the normalizing constant'
    expect(() => check([verdict(true), verdict(false)])).toThrow(text)
    await expect(check(Promise.resolve([verdict(false), verdict(false)]))).rejects.toThrow(`${text}\n${text}`)
    expect(() => check([verdict(false)])).toThrow(GiryException)
  })

  it('gives the verdicts as data', () => {
    expect(lawErrors([verdict(false)])[0]?.details).toMatchObject({ found: 0.284, bound: 0.001 })
  })
})
