import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { condition } from '../../src/dsl/condition.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { graphLine, toDot } from '../../src/dsl/dot.js'
import type { AnyNet } from '../../src/dsl/net.js'
import { gaussian, mlp } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, letTo, nets, shared } from '../../src/dsl/notation.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { binary, real, simplex } from '../../src/dsl/space.js'

const vae = pipe(
  Do,
  nets({ decode: mlp(real(2), [400], real(784)) }),
  bind('z', () => standardNormal(2)),
  bind('x', ({ z, decode }) => bernoulli({ logits: decode(z) })),
)

const q = pipe(
  given({ x: binary(784) }),
  nets({ encode: gaussian(binary(784), [400], real(2)) }),
  bind('z', ({ x, encode }) => normal(encode(x))),
)

const mixture = pipe(
  Do,
  nets({ weights: parameter(simplex(3)) }),
  shared('m', () => standardNormal()),
  bind('k', ({ weights }) => categorical({ probs: weights() })),
  letTo('center', ({ m, k }) => add(m, k)),
  bind('x', ({ center }) => normal({ loc: center, scale: 1 })),
)

const words = pipe(
  Do,
  shared('topic', () => standardNormal(), { plates: { topics: 4 } }),
  bind('w', () => standardNormal(), { plates: { word: 3 } }),
  bind('v', ({ w, topic }) => normal({ loc: mul(w, topic), scale: 1 })),
)

/** The text without indentation, line by line. */
const lines = (dot: string): readonly string[] => dot.split('\n').map((line) => line.trim())

describe('graphLine', () => {
  it('of a chain', () => {
    expect(graphLine(vae)).toBe('z ~ Normal on Real[2] → x ~ Bernoulli on Binary[784]   (nets: decode)')
  })

  it('shows what is given', () => {
    expect(graphLine(q)).toBe('given x on Binary[784] → z ~ Normal on Real[2]   (nets: encode)')
  })

  it('names the parents where they are not those just before, and marks what is shared', () => {
    expect(graphLine(mixture)).toBe(
      'm ~ Normal on Real (shared); k ~ Categorical on Category(3); x | m, k ~ Normal on Real   (nets: weights)',
    )
  })

  it('follows several inputs at once, and names a part of them', () => {
    const spaces = { a: real(), b: real() }
    const both = pipe(
      given(spaces),
      bind('y', ({ a, b }) => normal({ loc: add(a, b), scale: 1 })),
    )
    const one = pipe(
      given(spaces),
      bind('y', ({ b }) => normal({ loc: b, scale: 1 })),
    )
    expect(graphLine(both)).toBe('given a on Real, b on Real → y ~ Normal on Real')
    expect(graphLine(one)).toBe('given a on Real, b on Real; y | b ~ Normal on Real')
  })

  it('names the parents again after a branch', () => {
    const branch = pipe(
      Do,
      bind('z', () => standardNormal()),
      bind('a', ({ z }) => normal({ loc: z, scale: 1 })),
      bind('b', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    expect(graphLine(branch)).toBe('z ~ Normal on Real → a ~ Normal on Real; b | z ~ Normal on Real')
  })

  it('marks plates and what is observed', () => {
    expect(graphLine(condition(words, { w: [1, 2, 3] }))).toBe(
      'topic ~ Normal on Real (shared, plate topics: 4); w ~ Normal on Real (observed, plate word: 3); ' +
        'v | w, topic ~ Normal on Real (plate word: 3, plate topics: 4)',
    )
  })

  it('of the empty model is empty', () => {
    expect(graphLine(Do)).toBe('')
  })
})

describe('toDot', () => {
  it('draws sites in the plate of the data and nets outside', () => {
    expect(toDot(vae)).toBe(`digraph model {
  node [fontname="Helvetica", fontsize=11]
  graph [fontname="Helvetica", fontsize=10]
  "net decode" [shape=box, label="decode\\nReal[2] → 400 → Real[784]", color="#777777"]
  subgraph "cluster/datum" {
    label="datum"; labeljust=r; labelloc=b; style=rounded
    "z" [shape=ellipse, label="z\\nNormal on Real[2]"]
    "x" [shape=ellipse, label="x\\nBernoulli on Binary[784]"]
  }
  "z" -> "x"
  "net decode" -> "x" [style=dashed, color="#777777"]
}
`)
  })

  it('shades what is given and what is observed', () => {
    expect(lines(toDot(q))).toContain(
      '"x" [shape=ellipse, label="x\\ngiven Binary[784]", style=filled, fillcolor="#dddddd"]',
    )
    expect(lines(toDot(condition(mixture, { x: 1 })))).toContain(
      '"x" [shape=ellipse, label="x\\nNormal on Real\\nobserved", style=filled, fillcolor="#dddddd"]',
    )
  })

  it('draws shared sites outside the plate of the data, deterministic names as diamonds', () => {
    const drawn = lines(toDot(mixture))
    const plate = drawn.indexOf('subgraph "cluster/datum" {')
    expect(drawn.indexOf('"m" [shape=ellipse, label="m\\nNormal on Real\\nshared"]')).toBeLessThan(plate)
    expect(drawn.indexOf('"center" [shape=diamond, label="center"]')).toBeGreaterThan(plate)
    expect(drawn.filter((line) => line.includes('->'))).toEqual([
      '"net weights" -> "k" [style=dashed, color="#777777"]',
      '"m" -> "center"',
      '"k" -> "center"',
      '"m" -> "x"',
      '"k" -> "x"',
    ])
  })

  it('draws plates as clusters within the data, or by themselves', () => {
    const clusters = lines(toDot(words)).filter((line) => line.startsWith('subgraph'))
    expect(clusters).toEqual([
      'subgraph "cluster/topics: 4" {',
      'subgraph "cluster/datum" {',
      'subgraph "cluster/datum/word: 3" {',
      'subgraph "cluster/datum/word: 3/topics: 4" {',
    ])
  })

  it('escapes what a label may not hold', () => {
    const odd: AnyNet = { ...parameter(real()), description: 'a "quoted" \\ line\nbreak' }
    const model = pipe(
      Do,
      nets({ odd }),
      bind("z'", () => standardNormal()),
    )
    const drawn = lines(toDot(model))
    expect(drawn[3]).toBe(
      '"net odd" [shape=box, label="odd\\na \\"quoted\\" \\\\ line break", color="#777777"]',
    )
    expect(drawn).toContain('"z\'" [shape=ellipse, label="z\'\\nNormal on Real"]')
  })
})
