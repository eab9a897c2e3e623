/**
 * The figures of a game in words: one line at the end of a training, and the table of its report.
 */
import type { ReportMetric } from '../report.js'
import type { Terminal } from '../terminal.js'
import type { GameMetrics } from './measure.js'

const percent = (share = Number.NaN): string => `${(100 * share).toFixed(1)}%`
const two = (value = Number.NaN): string => value.toFixed(2).replace('-', '\u2212')

/** How a figure is shown; `all` are the others, which its note may name. */
type Row = (value: number, all: GameMetrics, modes: number | undefined) => ReportMetric

/** The figures of a report, in the order in which they are read. */
const rows: Readonly<Record<string, Row>> = {
  modes: (value, _, modes) => ({
    name: 'modes found',
    value: modes === undefined ? value : `${value} of ${modes}`,
    note: 'with at least one sample within 3 deviations',
  }),
  highQuality: (value) => ({
    name: 'high quality',
    value: percent(value),
    note: 'samples within 3 deviations of a mode; 98.9% is perfect',
  }),
  reverseKl: (value) => ({
    name: 'reverse KL',
    value: Number(value.toFixed(4)),
    unit: 'nats',
    note: 'of the modes; 0 is perfect',
  }),
  c2stAuc: (value) => ({
    name: 'fresh critic',
    value: two(value),
    unit: 'AUC',
    note: 'on held-out data; 0.5 where nothing tells fakes from data',
  }),
  frechet: (value, { frechetReference, classifierAccuracy }) => ({
    name: 'Fréchet distance',
    value: Number(value.toPrecision(3)),
    note: `${frechetReference?.toPrecision(2)} between two real samples${classifierAccuracy === undefined ? '' : `; in the features of a classifier that names ${percent(classifierAccuracy)} rightly`}`,
  }),
  precision: (value) => ({ name: 'precision', value: two(value), note: 'fakes that lie among real data' }),
  recall: (value) => ({ name: 'recall', value: two(value), note: 'real data that fakes surround' }),
  coverage: (value) => ({ name: 'coverage', value: two(value), note: 'real data with a fake nearby' }),
  mmd: (value) => ({
    name: 'MMD²',
    value: Number(value.toPrecision(2)),
    note: 'unbiased; 0 where the distributions agree',
  }),
  accuracy: (value) => ({
    name: 'accuracy of D',
    value: two(value),
    note: 'on held-out data and fresh fakes; 0.5 is chance',
  }),
}

/** The table of a report. */
export const gameFigures = (m: GameMetrics, modes: number | undefined): readonly ReportMetric[] =>
  Object.entries(rows).flatMap(([name, row]) => {
    const value = m[name]
    return value === undefined ? [] : [row(value, m, modes)]
  })

/** The figures in one line. */
export const showGame = (terminal: Terminal, m: GameMetrics, modes: number | undefined): string => {
  const { bold } = terminal
  const found = `${bold(`${m.modes}${modes === undefined ? '' : ` of ${modes}`}`)} modes, ${bold(percent(m.highQuality))} high quality`
  const inFeatures = `Fréchet ${bold(two(m.frechet))} (data ${two(m.frechetReference)}), precision ${two(m.precision)}, recall ${two(m.recall)}`
  return [
    ...(m.modes === undefined ? [] : [found]),
    ...(m.classifierAccuracy === undefined ? [] : [inFeatures]),
    ...(m.c2stAuc === undefined ? [] : [`fresh critic AUC ${bold(two(m.c2stAuc))}`]),
  ].join(', ')
}
