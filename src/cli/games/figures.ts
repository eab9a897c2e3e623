/**
 * The figures of a game in words: one line at the end of a training, and the table of its report.
 */
import type { ReportMetric } from '../report.js'
import type { Terminal } from '../terminal.js'
import type { GameMetrics } from './measure.js'

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

/** What is said of each figure; the name, the value and its note. */
const rows = (m: GameMetrics, modes: number | undefined): readonly (ReportMetric | undefined)[] => [
  m.modes === undefined
    ? undefined
    : {
        name: 'modes found',
        value: modes === undefined ? m.modes : `${m.modes} of ${modes}`,
        note: 'with at least one sample within 3 deviations',
      },
  m.highQuality === undefined
    ? undefined
    : {
        name: 'high quality',
        value: percent(m.highQuality),
        note: 'samples within 3 deviations of a mode; 98.9% is perfect',
      },
  m.reverseKl === undefined
    ? undefined
    : {
        name: 'reverse KL',
        value: Number(m.reverseKl.toFixed(4)),
        unit: 'nats',
        note: 'of the modes; 0 is perfect',
      },
  m.frechet === undefined
    ? undefined
    : {
        name: 'Fréchet distance',
        value: Number(m.frechet.toFixed(2)),
        note: `in features of a classifier that names ${percent(m.classifierAccuracy ?? Number.NaN)} rightly; ${m.frechetOfData?.toFixed(2)} between real samples`,
      },
  m.precision === undefined
    ? undefined
    : { name: 'precision', value: m.precision.toFixed(2), note: 'fakes that lie among real data' },
  m.recall === undefined
    ? undefined
    : { name: 'recall', value: m.recall.toFixed(2), note: 'real data that fakes surround' },
  {
    name: 'fresh critic',
    value: m.c2stAuc.toFixed(2),
    unit: 'AUC',
    note: 'on held-out data; 0.5 where nothing tells fakes from data',
  },
  { name: 'MMD²', value: m.mmd.toPrecision(2), note: 'unbiased; 0 where the distributions agree' },
  m.accuracy === undefined
    ? undefined
    : {
        name: 'accuracy of D',
        value: m.accuracy.toFixed(2),
        note: 'on held-out data and fresh fakes; 0.5 is chance',
      },
]

/** The table of a report. */
export const gameFigures = (m: GameMetrics, modes: number | undefined): readonly ReportMetric[] =>
  rows(m, modes).filter((row) => row !== undefined)

/** The figures in one line. */
export const showGame = (terminal: Terminal, m: GameMetrics, modes: number | undefined): string =>
  [
    ...(m.modes === undefined
      ? []
      : [`${terminal.bold(`${m.modes}${modes === undefined ? '' : ` of ${modes}`}`)} modes`]),
    ...(m.highQuality === undefined ? [] : [`${terminal.bold(percent(m.highQuality))} high quality`]),
    ...(m.frechet === undefined
      ? []
      : [`Fréchet ${terminal.bold(m.frechet.toFixed(2))} (data ${m.frechetOfData?.toFixed(2)})`]),
    ...(m.precision === undefined
      ? []
      : [`precision ${m.precision.toFixed(2)}, recall ${m.recall?.toFixed(2)}`]),
    `fresh critic AUC ${terminal.bold(m.c2stAuc.toFixed(2))}`,
  ].join(', ')
