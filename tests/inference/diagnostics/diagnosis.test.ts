import { describe, expect, it } from 'vitest'
import { metricsOf } from '../../../src/inference/diagnostics/diagnosis.js'

describe('metricsOf', () => {
  it('has what was measured, and nothing else', () => {
    expect(metricsOf({ heldOut: false })).toEqual({})
    const modes = { modes: 8, covered: 7, highQuality: 0.9, counts: [], reverseKl: 0.1, n: 100 }
    const discriminator = { accuracy: 0.5, standardError: 0.01 }
    expect(metricsOf({ heldOut: true, modes, discriminator })).toEqual({
      accuracy: 0.5,
      modes: 7,
      highQuality: 0.9,
      reverseKl: 0.1,
    })
  })
})
