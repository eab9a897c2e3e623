import { describe, expect, it } from 'vitest'
import { inTurn } from '../../../../src/runtime/onnx/session/turns.js'

describe('inTurn', () => {
  it('never overlaps the work of one owner, keeps its order, and survives failures', async () => {
    const log: string[] = []
    const work =
      (name: string, fails = false) =>
      async () => {
        log.push(`${name} begins`)
        await new Promise((resolve) => setTimeout(resolve, 1))
        log.push(`${name} ends`)
        if (fails) throw new Error(name)
        return name
      }
    const owner = {}
    const results = await Promise.allSettled([
      inTurn(owner, work('a')),
      inTurn(owner, work('b', true)),
      inTurn(owner, work('c')),
    ])
    expect(results.map((r) => (r.status === 'fulfilled' ? r.value : 'failed'))).toEqual(['a', 'failed', 'c'])
    expect(log).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]))
  })

  it('lets owners go their own ways', async () => {
    const forever = new Promise<never>(() => {})
    void inTurn({}, () => forever)
    expect(await inTurn({}, async () => 1)).toBe(1)
  })
})
