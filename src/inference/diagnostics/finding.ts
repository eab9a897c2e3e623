/**
 * Finding: one thing that is so, as a sentence and as data, with the numbers it was drawn from.
 */

/** What can be found. */
export type FindingName =
  | 'diverging'
  | 'stopped'
  | 'undertrained'
  | 'lowFidelity'
  | 'modeCollapse'
  | 'lowDiversity'
  | 'unevenModes'
  | 'memorization'
  | 'weakDiscriminator'
  | 'discriminatorWins'
  | 'discriminatorOverfits'
  | 'distinguishable'
  | 'indistinguishable'
  | 'balanced'
  | 'equilibrium'
  | 'notAtEquilibrium'
  | 'distance'
  | 'unknown'

/** How much it matters: `bad` and `warning` ask for a remedy, `note` informs, `good` is what one hopes for. */
export type Severity = 'bad' | 'warning' | 'note' | 'good'

/** One thing that is so. */
export interface Finding {
  readonly finding: FindingName
  readonly severity: Severity
  /** Plain English, with the numbers. */
  readonly sentence: string
  /** What to do about it; empty where nothing is to be done. */
  readonly remedy: string
  readonly numbers: Readonly<Record<string, number>>
}

/** A number in a sentence: two digits after the point. */
export const two = (x: number): string => x.toFixed(2)

/** A share in a sentence. */
export const percent = (x: number): string => `${(100 * x).toFixed(x > 0 && x < 0.01 ? 1 : 0)}%`

/** A p-value in a sentence. */
export const pOf = (p: number): string => `p = ${p.toPrecision(1)}`

/** The standard error of a share of n. */
export const shareError = (p: number, n: number): number => Math.sqrt(Math.max(p * (1 - p), 1 / n) / n)
