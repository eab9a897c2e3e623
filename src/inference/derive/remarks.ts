/**
 * What a reader of a bound should know besides its terms: when it cannot be tight, what a weight does to it, how shared
 * sites scale, what was fixed. Tested in tests/inference/derive.test.ts.
 */
import { isWithin } from '../../dsl/domain.js'
import { showSpaceOf } from '../../dsl/value.js'
import { finalWeight } from '../weight.js'
import { type Formula, formula, list, type Prose, variable } from './formula.js'
import { hasShared, planOf, type Structure } from './structure.js'
import { isPlain, weightOf } from './terms.js'

/** The remarks of a derivation. */
export const remarksOf = (s: Structure): readonly Prose[] => [
  [
    'Capital ',
    formula('P'),
    ' is what the model implies; ',
    formula('p'),
    ' and ',
    formula('q'),
    ' are the factors declared.',
  ],
  ...(s.latents.length > 0 ? [[expectationSign, ' is the expectation under ', formula('q'), '.']] : []),
  ...narrower(s),
  ...weight(s),
  ...scaling(s),
  ...(s.fixed.length > 0 ? [['Fixed by condition, and counted as data: ', names(s.fixed), '.']] : []),
]

const expectationSign = formula('E_q', '\\mathbb{E}_{q}')

const names = (all: readonly string[]): Formula => list(all.map((name) => variable(name)))

/** A support of q smaller than that of p: sound, but never tight. */
const narrower = (s: Structure): readonly Prose[] =>
  s.latents
    .map((name) => planOf(s, name))
    .filter((l) => !isWithin(l.p.space.domain, l.q.space.domain))
    .map((l) => [
      'The bound cannot be tight: ',
      variable(l.name),
      ` has ${showSpaceOf(l.p.space)} in p but ${showSpaceOf(l.q.space)} in q, so the posterior has mass where q has none.`,
    ])

const weight = (s: Structure): readonly Prose[] => {
  if (isPlain(s) || s.latents.length === 0) return []
  const { beta } = s.plan
  const end = finalWeight(beta)
  const l = formula('L_β', 'L_\\beta')
  return [
    end >= 1
      ? [l, ' is maximized. It lies below ', formula('L_b'), ', so it is still a lower bound.']
      : [l, ' is maximized. With ', formula('β < 1', '\\beta < 1'), ' it need not be a lower bound.'],
    ...(typeof beta === 'number'
      ? []
      : [
          [
            weightOf(beta),
            ` follows the steps of a fit: ${beta(1)} at the first, ${end} at the end, which held-out data and evaluate take.`,
          ],
        ]),
    ...freeRemark(s),
  ]
}

/** Below the free nats the divergence costs nothing, and has no gradient. */
const freeRemark = (s: Structure): readonly Prose[] => {
  const free = s.plan.latents.filter((l) => l.free > 0)
  return free.length === 0
    ? []
    : [
        [
          'Free bits: ',
          list(
            free.map((l) =>
              formula(`λ(${l.name}) = ${l.free}`, `\\lambda(${variable(l.name).latex}) = ${l.free}`),
            ),
          ),
          ' nats. The maximum is of the mean over the minibatch, and has no gradient where that lies below.',
        ],
      ]
}

const scaling = (s: Structure): readonly Prose[] => {
  if (!hasShared(s)) return []
  return [
    [
      'Shared by all ',
      formula('N'),
      ' data, so that a term counts ',
      formula('1/N'),
      ' per datum: ',
      names([...s.shared]),
      '.',
    ],
    [
      'A minibatch of ',
      formula('B'),
      ' data estimates ',
      formula('Σ_n', '\\sum_{n}'),
      ' by ',
      formula('N/B'),
      ' times its own sum, hence the mean over the data by the mean over the minibatch.',
    ],
  ]
}
