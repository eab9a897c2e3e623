/**
 * What the run says, and what nobody looked at.
 */
import type { Diagnosis } from '../diagnosis.js'
import { type Finding, two } from '../finding.js'
import { RUNAWAY } from '../thresholds.js'
import { criticClears, criticFinds } from './players.js'

/** An objective runs away. */
export const diverging = ({ training }: Diagnosis): readonly Finding[] =>
  Object.entries(training?.players ?? {})
    .filter(([, p]) => !Number.isFinite(p.value) || Math.min(p.growth, Math.abs(p.value)) >= RUNAWAY)
    .map(([name, p]) => ({
      finding: 'diverging',
      severity: 'bad',
      sentence: `The objective of '${name}' runs away: ${p.value.toPrecision(3)} late in the run, ${p.growth.toPrecision(2)} times its size in the first half.`,
      remedy: 'use a smaller rate, a gradient penalty or r1, or play by extragradient',
      numbers: { value: p.value, growth: p.growth },
    }))

/** The run was stopped. */
export const stopped = ({ training }: Diagnosis): readonly Finding[] =>
  training?.stopped !== 'aborted'
    ? []
    : [
        {
          finding: 'stopped',
          severity: 'note',
          sentence: `The run was stopped after ${training.steps} steps.`,
          remedy: '',
          numbers: { steps: training.steps },
        },
      ]

const unknown = (
  sentence: string,
  remedy: string,
  numbers: Readonly<Record<string, number>> = {},
): Finding => ({
  finding: 'unknown',
  severity: 'note',
  sentence,
  remedy,
  numbers,
})

/** What is not known, and why. */
export const unknowns = (d: Diagnosis): readonly Finding[] => [
  ...(d.heldOut
    ? []
    : [
        unknown(
          'No data was held out, so fakes were compared with the training data: a generator that copies them would look perfect.',
          'hold data out, and pass them as heldOut',
        ),
      ]),
  ...(d.c2st === undefined
    ? [
        unknown(
          'No fresh critic was trained: whether fakes can be told from real data is not known, whatever D says.',
          'pass at least 20 held-out data',
        ),
      ]
    : !criticFinds(d.c2st) && !criticClears(d.c2st)
      ? [
          unknown(
            `A fresh critic reaches AUC ${two(d.c2st.auc)} ± ${two(d.c2st.standardError)} on ${d.c2st.n} test data of each kind: too few to show a difference or that there is none.`,
            'hold out more data',
            { n: d.c2st.n, auc: d.c2st.auc, standardError: d.c2st.standardError },
          ),
        ]
      : []),
  ...(d.discriminator === undefined && d.judges !== 'codes'
    ? [
        unknown(
          'The accuracy of D was not measured: whether D is weak is not known.',
          'pass the objective accuracy of adversarial(…)',
        ),
      ]
    : []),
  ...(d.conditional === true
    ? [
        unknown(
          'Fakes were compared with the data whatever they were given: whether a fake fits its input is not known.',
          'judge each label by itself, with its own data',
        ),
      ]
    : []),
  ...(d.memorization === undefined && d.heldOut
    ? [
        unknown(
          'Fakes were not compared with the training data: whether G copies is not known.',
          'pass the training data',
        ),
      ]
    : []),
]
