import { describe, expect, it } from 'vitest'
import type { Diagnosis } from '../../../src/inference/diagnostics/diagnosis.js'
import { judge } from '../../../src/inference/diagnostics/judge.js'

const critic = (auc: number, accuracy: number, pValue = 0.001, n = 1000) => ({
  auc,
  accuracy,
  pValue,
  n,
  standardError: 0.3 / Math.sqrt(n),
  steps: 100,
})
const own = (accuracy: number, trainingAccuracy = accuracy) => ({
  accuracy,
  trainingAccuracy,
  standardError: 0.01,
})
const balls = (precision: number, coverage: number) => ({
  precision,
  recall: coverage,
  density: precision,
  coverage,
  expectedCoverage: 0.97,
  k: 5,
  n: 1000,
  m: 1000,
  reference: { precision: 0.99, recall: 0.99, density: 1, coverage: 0.97 },
})
const fresh = {
  auc: 0.5,
  pValue: 0.6,
  copies: 0,
  nearCopies: 0.01,
  heldOutNearCopies: 0.01,
  neighbors: 900,
  nearest: new Int32Array(0),
  n: 1000,
}
const ring = (covered: number, highQuality: number, reverseKl: number) => ({
  modes: 8,
  covered,
  highQuality,
  reverseKl,
  counts: [],
  n: 1000,
})
const good: Diagnosis = {
  heldOut: true,
  discriminator: own(0.51),
  c2st: critic(0.51, 0.5, 0.3),
  mmd: { value: 0, pValue: 0.5, bandwidth: 1, n: 500, m: 500 },
  manifold: balls(0.985, 0.965),
  memorization: fresh,
}
const names = (d: Diagnosis) => judge(d).sentences.map((f) => f.finding)
const first = (d: Diagnosis) => judge(d).sentences[0]

describe('judge', () => {
  it('balanced: both at chance', () => {
    const v = judge(good)
    expect(v.sentences.map((f) => f.finding)).toEqual(['balanced'])
    expect(v.severity).toBe('good')
    expect(String(v)).toBe(
      'D is at chance (0.51) and so is a fresh critic (AUC 0.51 ± 0.01): the players are balanced, and nothing that was measured tells fakes from real data.',
    )
  })

  it('weakDiscriminator: D at chance, a fresh critic not', () => {
    const v = judge({ ...good, c2st: critic(0.93, 0.86) })
    expect(v.sentences.map((f) => f.finding)).toEqual(['weakDiscriminator'])
    expect(v.severity).toBe('bad')
    expect(String(v)).toBe(
      'D is at chance (0.51), but a fresh critic reaches AUC 0.93: D is too weak, or G found a hole.\n  → give D more units, more steps per step of G or a larger learning rate, and train on',
    )
    expect(v.sentences[0]?.numbers).toEqual({
      accuracy: 0.51,
      auc: 0.93,
      criticAccuracy: 0.86,
      pValue: 0.001,
    })
    expect(first({ ...good, discriminator: own(0.7), c2st: critic(0.95, 0.9) })?.sentence).toContain(
      'D is right in 0.70 of the cases, but a fresh critic reaches 0.90 (AUC 0.95)',
    )
    expect(first({ ...good, discriminator: own(0.25), c2st: critic(0.95, 0.9) })?.sentence).toContain(
      'D is fooled (right in 0.25 of the cases), but a fresh critic reaches AUC 0.95',
    )
    // Not beyond the error: 0.51 ± 0.01 against 0.6 ± 0.05.
    expect(names({ ...good, c2st: critic(0.62, 0.6, 0.05, 50) })).not.toContain('weakDiscriminator')
  })

  it('discriminatorWins: D tells all apart', () => {
    expect(names({ ...good, discriminator: own(0.99), c2st: critic(0.995, 0.98) })).toEqual([
      'discriminatorWins',
    ])
    expect(first({ ...good, discriminator: own(0.99) })?.finding).toBe('discriminatorWins')
  })

  it('discriminatorOverfits: right on its training data only', () => {
    const v = judge({ ...good, discriminator: own(0.52, 0.9) })
    expect(v.sentences.map((f) => f.finding)).toEqual(['discriminatorOverfits', 'balanced'])
    expect(v.severity).toBe('warning')
  })

  it('distinguishable: a difference that D sees as well, by its size', () => {
    const at = (auc: number, accuracy: number) =>
      first({ ...good, discriminator: own(accuracy), c2st: critic(auc, accuracy) })
    expect(at(0.9, 0.8)).toMatchObject({ finding: 'distinguishable', severity: 'bad' })
    expect(at(0.7, 0.62)).toMatchObject({ finding: 'distinguishable', severity: 'warning' })
    expect(at(0.55, 0.53)).toMatchObject({ finding: 'distinguishable', severity: 'note' })
    const { discriminator: _, ...unknown } = good
    expect(first({ ...unknown, c2st: critic(0.9, 0.8) })?.sentence).toContain('was not measured')
    expect(
      first({ ...good, mmd: { value: 0.01, pValue: 0.002, bandwidth: 1, n: 500, m: 500 } })?.sentence,
    ).toBe(
      'Kernels tell fakes from real data (MMD² 0.010, p = 0.002), though a fresh critic does not (AUC 0.51).',
    )
  })

  it('modeCollapse: modes are missing, where they are known and where not', () => {
    const v = judge({ ...good, modes: ring(3, 0.98, 0.98) })
    expect(v.sentences[0]).toMatchObject({ finding: 'modeCollapse', severity: 'bad' })
    expect(v.sentences[0]?.sentence).toBe(
      '1000 samples cover 3 of 8 modes (reverse KL 0.98 nats): G has dropped the others.',
    )
    // Nothing good is said beside something bad.
    expect(v.sentences.map((f) => f.finding)).not.toContain('balanced')
    expect(first({ ...good, manifold: balls(0.98, 0.4) })).toMatchObject({
      finding: 'modeCollapse',
      severity: 'bad',
    })
    expect(first({ ...good, manifold: balls(0.98, 0.85) })?.severity).toBe('warning')
    // Of 300 fakes that lie among 1,000 data 73 % coverage is due; half of it is a part that is missing.
    expect(names({ ...good, manifold: balls(0.3, 0.6) })).toEqual(['lowFidelity'])
    expect(names({ ...good, manifold: balls(0.3, 0.36) })).toEqual(['lowFidelity', 'modeCollapse'])
    expect(names({ ...good, manifold: balls(0.6, 0.3) })).toEqual(['lowFidelity', 'modeCollapse'])
    expect(first({ ...good, manifold: balls(0.98, 0.4), modes: ring(8, 0.98, 0.004) })).toMatchObject({
      finding: 'lowDiversity',
      severity: 'bad',
    })
    expect(names({ ...good, modes: ring(8, 0.98, 0.2) })).toEqual(['unevenModes', 'balanced'])
    expect(names({ ...good, modes: ring(8, 0.98, 0.004) })).toEqual(['balanced'])
    // Where hardly any sample lies near a mode, which modes are touched is chance, and nothing was dropped.
    expect(names({ ...good, modes: ring(7, 0.02, 0.3), manifold: balls(0.02, 0.01) })).toEqual([
      'undertrained',
    ])
    // Few samples prove nothing about missing modes.
    expect(names({ ...good, modes: { ...ring(7, 0.98, 0.1), n: 20 } })).toEqual(['balanced'])
  })

  it('lowFidelity and undertrained: fakes lie where no data are', () => {
    expect(first({ ...good, manifold: balls(0.5, 0.7) })).toMatchObject({
      finding: 'lowFidelity',
      severity: 'bad',
    })
    expect(first({ ...good, manifold: balls(0.8, 0.9) })?.severity).toBe('warning')
    expect(first({ ...good, manifold: balls(0.02, 0.01), c2st: critic(0.99, 0.97) })?.finding).toBe(
      'undertrained',
    )
    expect(first({ ...good, modes: ring(8, 0.4, 0.01) })).toMatchObject({
      finding: 'lowFidelity',
      severity: 'bad',
    })
  })

  it('memorization: copies, many or few', () => {
    const many = { ...fresh, auc: 0.9, pValue: 0.001, copies: 0.7, nearCopies: 0.8 }
    expect(first({ ...good, memorization: many })?.sentence).toBe(
      '80% of the fakes are copies of training data or nearly so, where 1% of held-out data are (p = 0.001): G memorizes.',
    )
    expect(names({ ...good, memorization: many })).toEqual(['memorization'])
    const few = { ...fresh, auc: 0.6, pValue: 0.001, nearCopies: 0.02 }
    expect(first({ ...good, memorization: few })).toMatchObject({
      finding: 'memorization',
      severity: 'warning',
    })
    expect(names({ ...good, memorization: { ...many, pValue: 0.2 } })).toEqual(['balanced'])
  })

  it('diverging, stopped: what the run says', () => {
    const training = (value: number, growth: number) => ({
      steps: 10,
      stopped: 'aborted' as const,
      players: { G: { value, growth } },
    })
    expect(names({ ...good, training: training(-1e4, 40) })).toEqual(['diverging', 'stopped'])
    expect(first({ ...good, training: training(-1e4, 40) })?.sentence).toBe(
      "The objective of 'G' runs away: -1.00e+4 late in the run, 40 times its size in the first half.",
    )
    expect(names({ ...good, training: training(-1, 1) })).toEqual(['balanced', 'stopped'])
    expect(names({ ...good, training: training(0.5, 40) })).toEqual(['balanced', 'stopped'])
  })

  it('equilibrium or not, by the duality gap', () => {
    const gap = (value: number) => ({ value, played: -1.4, maxGain: value, minGain: 0, steps: 100 })
    expect(names({ ...good, dualityGap: gap(0.02) })).toEqual(['balanced', 'equilibrium'])
    expect(names({ ...good, dualityGap: gap(0.5) })).toEqual(['notAtEquilibrium', 'balanced'])
  })

  it('tells the Fréchet distance beside that of real data', () => {
    const frechet = { value: 12.34, size: 64, n: 1000, m: 1000, reference: 0.41 }
    expect(judge({ ...good, frechet }).sentences.at(-1)?.sentence).toBe(
      'The Fréchet distance of fakes and real data is 12; two real samples of this size are 0.41 apart. It compares means and covariances only.',
    )
  })

  it('unknown: says what nobody looked at', () => {
    const v = judge({ heldOut: false })
    expect(v.severity).toBe('note')
    expect(v.sentences.map((f) => f.finding)).toEqual(['unknown', 'unknown', 'unknown'])
    expect(String(v)).toContain('a generator that copies them would look perfect')
    expect(String(v)).toContain('whatever D says')
    expect(String(v)).toContain('whether D is weak is not known')
    const { memorization: _, ...unread } = good
    expect(names(unread)).toEqual(['balanced', 'unknown'])
    // The accuracy of a critic that judges codes says nothing of samples, and is not missed.
    const { discriminator: __, ...codes } = { ...good, judges: 'codes' as const }
    expect(names(codes)).toEqual(['indistinguishable'])
    expect(first({ ...codes, c2st: critic(0.93, 0.86) })).toMatchObject({
      sentence:
        'A fresh critic tells fakes from real data with AUC 0.93 ± 0.01 (p = 0.001); the critic of the game judges codes, and sees none of them.',
      remedy: 'train on',
    })
    // A fresh critic that sees less than D proves nothing.
    expect(names({ ...good, discriminator: own(0.8) })).toEqual(['unknown'])
    // Too few data to say anything.
    expect(names({ ...good, c2st: critic(0.55, 0.52, 0.3, 30) })).toEqual(['unknown'])
  })
})
