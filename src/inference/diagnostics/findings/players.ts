/**
 * What the players' numbers say: the discriminator against a fresh critic, its training data and its opponent.
 */
import type { C2stReport } from '../c2st.js'
import type { Diagnosis, DiscriminatorReport } from '../diagnosis.js'
import { type Finding, pOf, shareError, two } from '../finding.js'
import { CHANCE, CLEAR, EQUILIBRIUM, GAP, OVERFIT, SIGNIFICANT, SURE, WINS } from '../thresholds.js'

/** Whether a fresh critic finds a difference, beyond chance. */
export const criticFinds = (c: C2stReport): boolean => c.pValue <= SIGNIFICANT

/** Whether a fresh critic finds nothing, and would have found a difference that matters. */
export const criticClears = (c: C2stReport): boolean =>
  !criticFinds(c) && c.auc + SURE * c.standardError <= CHANCE

const isWeak = (d: DiscriminatorReport, c: C2stReport): boolean => {
  const error = Math.hypot(d.standardError, shareError(c.accuracy, 2 * c.n))
  return criticFinds(c) && c.accuracy - d.accuracy > Math.max(GAP, SURE * error)
}

const wins = (d: DiscriminatorReport): boolean =>
  d.accuracy >= WINS && d.accuracy - SURE * d.standardError > WINS - 0.05

/** D is at chance or nearly, and a fresh critic is not. */
export const weakDiscriminator = ({ discriminator: d, c2st: c }: Diagnosis): readonly Finding[] => {
  if (d === undefined || c === undefined || !isWeak(d, c)) return []
  const how =
    d.accuracy > CHANCE
      ? `right in ${two(d.accuracy)} of the cases`
      : d.accuracy < 1 - CHANCE
        ? `fooled (right in ${two(d.accuracy)} of the cases)`
        : `at chance (${two(d.accuracy)})`
  const critic = d.accuracy <= CHANCE ? `AUC ${two(c.auc)}` : `${two(c.accuracy)} (AUC ${two(c.auc)})`
  return [
    {
      finding: 'weakDiscriminator',
      severity: 'bad',
      sentence: `D is ${how}, but a fresh critic reaches ${critic}: D is too weak, or G found a hole.`,
      remedy: 'give D more units, more steps per step of G or a larger learning rate, and train on',
      numbers: { accuracy: d.accuracy, auc: c.auc, criticAccuracy: c.accuracy, pValue: c.pValue },
    },
  ]
}

/** D tells nearly all fakes from real data. */
export const discriminatorWins = ({ discriminator: d, c2st: c }: Diagnosis): readonly Finding[] => {
  if (d === undefined || !wins(d)) return []
  const critic = c === undefined ? '' : `, a fresh critic reaches AUC ${two(c.auc)}`
  return [
    {
      finding: 'discriminatorWins',
      severity: 'bad',
      sentence: `D tells fakes from held-out data in ${two(d.accuracy)} of the cases${critic}: D wins, and G learns little from it.`,
      remedy:
        'slow D down (fewer steps, a smaller rate, a gradient penalty or r1), or use a payoff that does not saturate',
      numbers: { accuracy: d.accuracy, ...(c === undefined ? {} : { auc: c.auc }) },
    },
  ]
}

/** D knows its training data by heart. */
export const discriminatorOverfits = ({ discriminator: d }: Diagnosis): readonly Finding[] => {
  if (d?.trainingAccuracy === undefined) return []
  const excess = d.trainingAccuracy - d.accuracy
  if (excess <= Math.max(OVERFIT, SURE * Math.SQRT2 * d.standardError)) return []
  return [
    {
      finding: 'discriminatorOverfits',
      severity: 'warning',
      sentence: `D is right in ${two(d.trainingAccuracy)} of the cases on its training data and in ${two(d.accuracy)} on held-out data: it knows the training data by heart.`,
      remedy: 'use more data, a gradient penalty, or a smaller D',
      numbers: { trainingAccuracy: d.trainingAccuracy, accuracy: d.accuracy },
    },
  ]
}

/** A difference that no rule about D explains. */
export const distinguishable = (diagnosis: Diagnosis): readonly Finding[] => {
  const { discriminator: d, c2st: c, mmd, judges } = diagnosis
  if (c !== undefined && criticFinds(c)) {
    if (d !== undefined && (isWeak(d, c) || wins(d))) return []
    const own =
      d === undefined
        ? judges === 'codes'
          ? 'the critic of the game judges codes, and sees none of them'
          : 'what D makes of them was not measured'
        : `D is right in ${two(d.accuracy)} of the cases`
    return [
      {
        finding: 'distinguishable',
        severity: c.auc >= CLEAR ? 'bad' : c.auc >= CHANCE ? 'warning' : 'note',
        sentence: `A fresh critic tells fakes from real data with AUC ${two(c.auc)} ± ${two(c.standardError)} (${pOf(c.pValue)}); ${own}.`,
        remedy: judges === 'codes' ? 'train on' : 'train on; the surface of D shows where the fakes differ',
        numbers: {
          auc: c.auc,
          standardError: c.standardError,
          pValue: c.pValue,
          ...(d && { accuracy: d.accuracy }),
        },
      },
    ]
  }
  if (mmd === undefined || mmd.pValue > SIGNIFICANT) return []
  return [
    {
      finding: 'distinguishable',
      severity: 'warning',
      sentence: `Kernels tell fakes from real data (MMD² ${mmd.value.toPrecision(2)}, ${pOf(mmd.pValue)})${c === undefined ? '' : `, though a fresh critic does not (AUC ${two(c.auc)})`}.`,
      remedy: 'train on; with more samples a critic would see it too',
      numbers: { mmd: mmd.value, pValue: mmd.pValue, ...(c && { auc: c.auc }) },
    },
  ]
}

/** Nothing tells fakes from real data, as far as was looked. */
export const indistinguishable = ({ discriminator: d, c2st: c, mmd }: Diagnosis): readonly Finding[] => {
  if (c === undefined || !criticClears(c) || (mmd !== undefined && mmd.pValue <= SIGNIFICANT)) return []
  const at = `AUC ${two(c.auc)} ± ${two(c.standardError)}`
  const numbers = { auc: c.auc, standardError: c.standardError, ...(d && { accuracy: d.accuracy }) }
  if (d === undefined)
    return [
      {
        finding: 'indistinguishable',
        severity: 'good',
        sentence: `A fresh critic does not tell fakes from real data (${at}).`,
        remedy: '',
        numbers,
      },
    ]
  if (d.accuracy + SURE * d.standardError > CHANCE)
    return [
      {
        finding: 'unknown',
        severity: 'note',
        sentence: `D is right in ${two(d.accuracy)} of the cases, where a fresh critic is at chance (${at}): the fresh critic had too few data or steps to see what D sees, and proves nothing.`,
        remedy: 'draw more samples and hold out more data, or give c2st more steps',
        numbers,
      },
    ]
  return [
    {
      finding: 'balanced',
      severity: 'good',
      sentence: `D is at chance (${two(d.accuracy)}) and so is a fresh critic (${at}): the players are balanced, and nothing that was measured tells fakes from real data.`,
      remedy: '',
      numbers,
    },
  ]
}

/** What the players could still gain alone. */
export const equilibrium = ({ dualityGap: gap }: Diagnosis): readonly Finding[] => {
  if (gap === undefined) return []
  const numbers = { dualityGap: gap.value, maxGain: gap.maxGain, minGain: gap.minGain }
  if (gap.value <= EQUILIBRIUM)
    return [
      {
        finding: 'equilibrium',
        severity: 'good',
        sentence: `Alone, the players gain ${two(gap.value)} nats in ${gap.steps} steps: no worst-case opponent was found that is much better.`,
        remedy: '',
        numbers,
      },
    ]
  return [
    {
      finding: 'notAtEquilibrium',
      severity: 'warning',
      sentence: `The game is not at an equilibrium: alone, the maximizing player gains ${two(gap.maxGain)} nats in ${gap.steps} steps, the minimizing one ${two(gap.minGain)}.`,
      remedy: 'train the player that gains more for more steps, or play by extragradient',
      numbers,
    },
  ]
}
