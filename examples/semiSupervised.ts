/**
 * Two moons with ten labels: a model of all points, whose class is known of ten of them (Kingma et al., 2014, "M2").
 *
 *   y ~ Bernoulli(½) as one of two,  z ~ N(0, 1) along the arc,  x | y, z ~ N(f(y, z), s²)
 *
 * Points without a label say where the arcs are, points with one which is which. Beside it, the same classifier on the ten
 * labels alone. It prints both accuracies on 1,000 other points.
 */
import * as g from 'giry'
import { moons } from 'giry/data'

const shrunk = process.env.GIRY_SHRINK === '1'
const steps = shrunk ? 20 : 3000
const [X, Y] = [g.real(2), g.oneHot(2)]
const { train, test, trainLabels, testLabels } = moons({
  n: shrunk ? 200 : 2000,
  heldOut: 1000,
  scale: 0.08,
  seed: 3,
})

// Ten labels, five of each arc; the others are thrown away.
const chosen = [0, 1].flatMap((c) => [...trainLabels.keys()].filter((i) => trainLabels[i] === c).slice(0, 5))
const oneOf = (c: number | undefined) => (c === 0 ? [1, 0] : [0, 1])
const labels = Array.from(trainLabels, (c, i) => (chosen.includes(i) ? oneOf(c) : null))
const points = g.toArray(g.value(X, train.columns.x?.elements.data as Float32Array)) as number[][]

const p = g.pipe(
  g.Do,
  g.nets({ decode: g.mlp(g.real(3), [64, 64], X), spread: g.parameter(g.positive()) }),
  g.bind('y', () => g.oneHotCategorical({ probs: g.value(g.simplex(2), [0.5, 0.5]) })),
  g.bind('z', () => g.standardNormal(1)),
  g.bind('x', ({ y, z, decode, spread }) => g.normal({ loc: decode(g.concat(y, z)), scale: spread() })),
)
const classifier = g.pipe(
  g.given({ x: X }),
  g.nets({ classify: g.mlp(X, [64, 64], g.real(2)) }),
  g.bind('y', ({ x, classify }) => g.oneHotCategorical({ logits: classify(x) })),
)
const q = g.pipe(
  classifier,
  g.nets({ encode: g.gaussian(g.real(4), [64, 64], g.real(1)) }),
  g.bind('z', ({ x, y, encode }) => g.normal(encode(g.concat(x, y)))),
)

const { filled, known } = g.missing(Y, labels)
const bound = g.semiSupervised(p, q, { label: 'y', alpha: 20 })
const whole = await g.orThrow(
  g.fit(bound, {
    data: { x: points, y: filled, labelled: known },
    optimizer: g.adam(2e-3),
    steps,
    batch: 200,
    seed: 1,
  }),
)
const alone = await g.orThrow(
  g.fit(g.elbo(classifier, g.given({ x: X, y: Y })), {
    data: { x: chosen.map((i) => points[i] as number[]), y: chosen.map((i) => oneOf(trainLabels[i])) },
    optimizer: g.adam(2e-3),
    steps,
    seed: 1,
  }),
)

const others = g.value(X, test.columns.x?.elements.data as Float32Array, 'datum')
const accuracy = (params: Pick<typeof whole.params, 'classify'>): number => {
  const second = g.logProb(classifier, { y: g.value(Y, [0, 1]) }, { params, given: { x: others } })
  const right = g.toTypedArray(second).filter((l, i) => (l > Math.log(0.5) ? 1 : 0) === testLabels[i])
  return right.length / testLabels.length
}
console.log(
  `ten labels and ${points.length - 10} points without: accuracy ${accuracy(whole.params).toFixed(3)}`,
)
console.log(`ten labels alone: accuracy ${accuracy(alone.params).toFixed(3)}`)
