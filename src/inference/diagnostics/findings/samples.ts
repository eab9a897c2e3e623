/**
 * What the samples say by themselves: where they lie, what they leave out, what they copy.
 */
import type { Diagnosis, ManifoldReference } from '../diagnosis.js'
import { type Finding, percent, pOf, shareError, two } from '../finding.js'
import { expectedCoverage, type ManifoldReport } from '../manifold.js'
import type { ModeReport } from '../modes.js'
import {
  BAD_LACK,
  COPIES,
  DUE,
  HIGH_QUALITY,
  LACK,
  NOWHERE,
  SIGNIFICANT,
  SURE,
  UNEVEN,
} from '../thresholds.js'
import { criticFinds } from './players.js'

/** What a perfect generator would reach; balls around real data miss few other real data. */
const referenceOf = (m: ManifoldReport & { readonly reference?: ManifoldReference }): ManifoldReference =>
  m.reference ?? { precision: 1, recall: 1, density: 1, coverage: m.expectedCoverage }

/** The share of what was due, where it is surely less; 1 else. */
const shareOf = (found: number, due: number, n: number): number => {
  const error = Math.hypot(shareError(found, n), shareError(due, n))
  return found + SURE * error < due ? found / due : 1
}

const worse = (share: number): 'bad' | 'warning' => (share < BAD_LACK ? 'bad' : 'warning')

const missesModes = (m: ModeReport): boolean => m.covered < m.modes && m.n / m.modes >= DUE

const isUneven = ({ modes: k, reverseKl, n }: ModeReport): boolean =>
  reverseKl > UNEVEN && 2 * n * reverseKl > k - 1 + SURE * Math.sqrt(2 * (k - 1))

/** Which modes are covered; of samples that hardly touch any, chance decides that, and nothing was dropped. */
const collapsedModes = (m: ModeReport): readonly Finding[] => {
  if (m.highQuality < NOWHERE) return []
  const numbers = { covered: m.covered, modes: m.modes, reverseKl: m.reverseKl, n: m.n }
  if (missesModes(m))
    return [
      {
        finding: 'modeCollapse',
        severity: 'bad',
        sentence: `${m.n} samples cover ${m.covered} of ${m.modes} modes (reverse KL ${two(m.reverseKl)} nats): G has dropped the others.`,
        remedy: 'pack several samples for D, give it more steps, or weigh its gradient penalty anew',
        numbers,
      },
    ]
  if (!isUneven(m)) return []
  return [
    {
      finding: 'unevenModes',
      severity: 'warning',
      sentence: `${m.covered} of ${m.modes} modes are covered, but unevenly: reverse KL ${two(m.reverseKl)} nats.`,
      remedy: 'train on, or pack several samples for D',
      numbers,
    },
  ]
}

/** Whether all modes are known to be there. */
const coversModes = (m: ModeReport | undefined): boolean => m !== undefined && m.covered === m.modes

/**
 * The real data have fewer fakes near them than they should, beyond what the fakes that lie elsewhere explain: with a share s of m
 * fakes among n data, as many are due as of s m fakes. Where many lie elsewhere the others are no fair draw either, so that only a
 * large lack says that something is left out.
 */
const lowCoverage = ({ modes, manifold: m }: Diagnosis): readonly Finding[] => {
  if (m === undefined) return []
  const due = referenceOf(m)
  const precise = shareOf(m.precision, due.precision, m.m)
  const left = expectedCoverage(m.n, precise * m.m, m.k) / expectedCoverage(m.n, m.m, m.k)
  const coverage = due.coverage * left
  const share = shareOf(m.coverage, coverage, m.n)
  if (share >= (precise < LACK ? BAD_LACK : LACK) || precise < NOWHERE) return []
  return [
    {
      finding: coversModes(modes) ? 'lowDiversity' : 'modeCollapse',
      severity: worse(share),
      sentence: `${percent(m.coverage)} of the real data have fakes nearby, where ${percent(coverage)} is due at a precision of ${two(m.precision)}: ${coversModes(modes) ? 'G serves every mode, but only parts of it' : 'G leaves out part of the data'}.`,
      remedy: 'pack several samples for D, give it more steps, or weigh its gradient penalty anew',
      numbers: { precision: m.precision, coverage: m.coverage, due: coverage, recall: m.recall },
    },
  ]
}

/** Part of the data is left out. */
export const modeCollapse = (d: Diagnosis): readonly Finding[] => {
  const known = d.modes === undefined ? [] : collapsedModes(d.modes)
  return known.some((f) => f.finding === 'modeCollapse') ? known : [...known, ...lowCoverage(d)]
}

/** Fakes lie where no data are. */
export const lowFidelity = ({ modes, manifold: m, c2st: c }: Diagnosis): readonly Finding[] => {
  if (m !== undefined) {
    const due = referenceOf(m)
    const share = shareOf(m.precision, due.precision, m.m)
    if (share < NOWHERE)
      return [
        {
          finding: 'undertrained',
          severity: 'bad',
          sentence: `Hardly any fake lies near real data (precision ${two(m.precision)}, where ${two(due.precision)} is due${c === undefined ? '' : `; AUC of a fresh critic ${two(c.auc)}`}): G has not learned the data yet, or has left them.`,
          remedy: 'train for longer; where the values of the players swing, use a smaller rate or r1',
          numbers: { precision: m.precision, due: due.precision, ...(c && { auc: c.auc }) },
        },
      ]
    if (share < LACK)
      return [
        {
          finding: 'lowFidelity',
          severity: worse(share),
          sentence: `${percent(1 - m.precision)} of the fakes lie where no real data are (precision ${two(m.precision)}, where ${two(due.precision)} is due).`,
          remedy: 'train for longer, with more steps of D or a smaller rate',
          numbers: { precision: m.precision, due: due.precision, density: m.density },
        },
      ]
  }
  if (
    modes === undefined ||
    modes.highQuality + SURE * shareError(modes.highQuality, modes.n) >= HIGH_QUALITY
  )
    return []
  return [
    {
      finding: 'lowFidelity',
      severity: worse(modes.highQuality / HIGH_QUALITY),
      sentence: `${percent(modes.highQuality)} of the samples lie within three deviations of a mode, where a good generator has ${percent(HIGH_QUALITY)} and more.`,
      remedy: 'train for longer, with more steps of D or a smaller rate',
      numbers: { highQuality: modes.highQuality },
    },
  ]
}

/** Fakes are copies. */
export const memorized = ({ memorization: m }: Diagnosis): readonly Finding[] => {
  if (m === undefined) return []
  const numbers = {
    auc: m.auc,
    pValue: m.pValue,
    copies: m.copies,
    nearCopies: m.nearCopies,
    heldOutNearCopies: m.heldOutNearCopies,
  }
  const excess = m.nearCopies - m.heldOutNearCopies
  const error = Math.hypot(shareError(m.nearCopies, m.n), shareError(m.heldOutNearCopies, m.n))
  if (m.pValue > SIGNIFICANT) return []
  const many = excess > Math.max(COPIES, SURE * error)
  return [
    {
      finding: 'memorization',
      severity: many ? 'bad' : 'warning',
      sentence: many
        ? `${percent(m.nearCopies)} of the fakes are copies of training data or nearly so, where ${percent(m.heldOutNearCopies)} of held-out data are (${pOf(m.pValue)}): G memorizes.`
        : `Fakes lie closer to the training data than held-out data do (in ${percent(m.auc)} of the pairs, ${pOf(m.pValue)}): G begins to memorize.`,
      remedy: 'use more data or a smaller G, or stop earlier',
      numbers,
    },
  ]
}

/** The Fréchet distance beside that of real data. */
export const distance = ({ frechet: f, c2st: c }: Diagnosis): readonly Finding[] => {
  if (f === undefined) return []
  const beside =
    f.reference === undefined
      ? 'what two real samples of this size have was not measured'
      : `two real samples of this size are ${f.reference.toPrecision(2)} apart`
  const seen = c !== undefined && criticFinds(c)
  return [
    {
      finding: 'distance',
      severity: 'note',
      sentence: `The Fréchet distance of fakes and real data is ${f.value.toPrecision(2)}; ${beside}${seen ? '' : '. It compares means and covariances only'}.`,
      remedy: '',
      numbers: { frechet: f.value, ...(f.reference === undefined ? {} : { reference: f.reference }) },
    },
  ]
}
