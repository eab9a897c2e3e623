import fc from 'fast-check'
import { pnorm, qchisq } from 'lib-r-math.js'
import { describe, expect, it } from 'vitest'
import {
  binarize,
  fold,
  integers,
  type Key,
  keyFromSeed,
  normals,
  permutation,
  uniforms,
  writeNormals,
  writeUniforms,
} from '../../src/runtime/keys.js'

/** Kolmogorov-Smirnov: sqrt(n) sup |empirical cdf - cdf|. */
const kolmogorov = (sample: ArrayLike<number>, cdf: (x: number) => number): number => {
  const sorted = Float64Array.from(sample).sort()
  const n = sorted.length
  const gaps = sorted.map((x, i) => Math.max((i + 1) / n - cdf(x), cdf(x) - i / n))
  return Math.sqrt(n) * gaps.reduce((a, b) => Math.max(a, b), 0)
}

/** The 0.999 quantile of Kolmogorov's distribution: 2 exp(-2 t^2) = 0.001. */
const KOLMOGOROV_999 = Math.sqrt(Math.log(2000) / 2)

const chiSquare = (counts: ArrayLike<number>): number => {
  const observed = Array.from(counts)
  const expected = observed.reduce((a, b) => a + b, 0) / observed.length
  return observed.reduce((sum, o) => sum + (o - expected) ** 2 / expected, 0)
}

const chiSquare999 = (cells: number): number => qchisq(0.999, cells - 1) as number

const tally = (cells: number, indices: Iterable<number>): Float64Array => {
  const counts = new Float64Array(cells)
  for (const i of indices) counts[i] = (counts[i] ?? 0) + 1
  return counts
}

const correlation = (a: Float32Array, b: Float32Array): number => {
  const mean = (x: Float32Array) => x.reduce((s, v) => s + v, 0) / x.length
  const [ma, mb] = [mean(a), mean(b)]
  const product = (x: Float32Array, mx: number, y: Float32Array, my: number) =>
    x.reduce((s, v, i) => s + (v - mx) * ((y[i] ?? 0) - my), 0)
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb))
}

const standardCdf = (x: number): number => pnorm(x)
const root = keyFromSeed(20)
const text = (key: Key): string => `${key.k0},${key.k1}`
const anyKey = fc.maxSafeInteger().map(keyFromSeed)
const anyLength = fc.nat({ max: 3000 })

describe('keys', () => {
  it('are a function of the seed and of what is folded in', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.oneof(fc.string(), fc.maxSafeInteger()), (seed, data) => {
        expect(fold(keyFromSeed(seed), data)).toEqual(fold(keyFromSeed(seed), data))
      }),
    )
  })

  // Recorded from this implementation: a change of these breaks the runs that people have saved.
  it('keep their values from release to release', () => {
    const key = fold(fold(keyFromSeed(1), 'z'), 7)
    expect(key).toEqual({ k0: 3374559163, k1: 831717367 })
    expect([...integers(key, 3)]).toEqual([3709095206, 1165561983, 3002017841])
    expect([...uniforms(key, 3)]).toEqual([0.6125696301460266, 0.28173333406448364, 0.4167333245277405])
    expect([...normals(key, 3)]).toEqual([-0.46073153614997864, -0.6070452332496643, 0.7132848501205444])
    expect([...permutation(key, 8)]).toEqual([3, 5, 4, 1, 7, 0, 6, 2])
  })

  it('differ for 60,000 names, steps, nested names and seeds', () => {
    const steps = Array.from({ length: 15_000 }, (_, i) => i)
    const keys = [
      ...steps.map((i) => fold(root, i)),
      ...steps.map((i) => fold(root, `${i}`)),
      ...steps.map((i) => fold(fold(root, 'z'), i)),
      ...steps.map((i) => keyFromSeed(i)),
    ]
    expect(new Set(keys.map(text)).size).toBe(60_000)
  })

  it('differ for different texts: other lengths, trailing zeros, lone surrogates, order', () => {
    const texts = [
      '',
      '\0',
      '\0\0',
      'a',
      'a\0',
      'ab',
      'ba',
      'abcd',
      'abcde',
      'abcdabcd',
      '\ud800',
      '\ud801',
      '\ufffd',
    ]
    expect(new Set(texts.map((t) => text(fold(root, t)))).size).toBe(texts.length)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        fc.pre(a !== b)
        expect(fold(root, a)).not.toEqual(fold(root, b))
      }),
    )
  })

  it('depend on the order of folding', () => {
    expect(fold(fold(root, 'a'), 'b')).not.toEqual(fold(fold(root, 'b'), 'a'))
    expect(fold(fold(root, 'a'), 'b')).not.toEqual(fold(root, 'ab'))
  })

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuse the number %d', (value) => {
    const range = 'must be an integer from -9007199254740991 to 9007199254740991'
    expect(() => keyFromSeed(value)).toThrow(`the seed is ${value}, but ${range}`)
    expect(() => fold(root, value)).toThrow(`the number folded into a key is ${value}, but ${range}`)
  })
})

describe('streams', () => {
  const n = 40_000

  it('folded from one key are uncorrelated with each other, with their parent and across kinds', () => {
    const draws = [
      ...['x', 'y', 'z'].map((name) => uniforms(fold(root, name), n)),
      ...[0, 1, 2].map((step) => uniforms(fold(root, step), n)),
      uniforms(root, n),
      normals(root, n),
      uniforms(keyFromSeed(21), n),
    ]
    // Independent streams: sqrt(n) r is standard normal; 36 pairs, so 4.5 is exceeded with probability 2.5e-4.
    draws.forEach((a, i) => {
      for (const b of draws.slice(i + 1)) expect(Math.abs(correlation(a, b)) * Math.sqrt(n)).toBeLessThan(4.5)
    })
  })

  it('folded from neighboring steps fill the unit square evenly', () => {
    const side = 16
    const cell = (u: number) => Math.floor(u * side)
    const [a, b] = [uniforms(fold(root, 41), n), uniforms(fold(root, 42), n)]
    const counts = tally(
      side ** 2,
      Array.from(a, (u, i) => cell(u) * side + cell(b[i] ?? 0)),
    )
    expect(chiSquare(counts)).toBeLessThan(chiSquare999(side ** 2))
  })

  it('have uniform first draws across steps', () => {
    const first = Float32Array.from({ length: 20_000 }, (_, step) => uniforms(fold(root, step), 1)[0] ?? 0)
    expect(kolmogorov(first, (u) => u)).toBeLessThan(KOLMOGOROV_999)
  })

  it.each([
    ['uniforms', uniforms],
    ['normals', normals],
    ['integers', integers],
  ] as const)('%s: shorter draws are prefixes of longer ones', (_, draw) => {
    fc.assert(
      fc.property(anyKey, anyLength, anyLength, (key, a, b) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)]
        expect(draw(key, short)).toEqual(draw(key, long).slice(0, short))
      }),
      { numRuns: 40 },
    )
  })

  it('are written into given arrays, over what was there', () => {
    fc.assert(
      fc.property(anyKey, anyLength, (key, n) => {
        expect(writeUniforms(key, new Float32Array(n).fill(7))).toEqual(uniforms(key, n))
        expect(writeNormals(key, new Float32Array(n).fill(7))).toEqual(normals(key, n))
      }),
      { numRuns: 20 },
    )
  })

  it.each([-1, 1.5, Number.NaN])('refuse %d draws', (count) => {
    expect(() => uniforms(root, count)).toThrow(
      `the number of draws is ${count}, but must be an integer from 0`,
    )
    expect(() => normals(root, count)).toThrow('the number of draws')
    expect(() => integers(root, count)).toThrow('the number of draws')
    expect(() => permutation(root, count)).toThrow('the length of a permutation')
  })
})

describe('uniforms', () => {
  it('follow the uniform cdf', () => {
    for (const seed of [1, 2, 3]) {
      expect(kolmogorov(uniforms(keyFromSeed(seed), 100_000), (u) => u)).toBeLessThan(KOLMOGOROV_999)
    }
  })

  it('lie strictly inside (0, 1), on a grid exact in float32 that 1 - u maps to itself', () => {
    for (const u of uniforms(root, 200_000)) {
      const k = u * 2 ** 23 - 0.5
      if (!(u > 0 && u < 1 && Number.isInteger(k) && Math.fround(1 - u) === 1 - u))
        expect(u).toBe('on the grid')
    }
    // The largest grid point survives float32; with one bit more it would not.
    expect(Math.fround((2 ** 23 - 0.5) / 2 ** 23)).toBeLessThan(1)
    expect(Math.fround((2 ** 24 - 0.5) / 2 ** 24)).toBe(1)
  })
})

describe('binarize', () => {
  it('gives 1 exactly where the uniform number of the key is below the probability, also in place', () => {
    fc.assert(
      fc.property(anyKey, anyLength, fc.double({ min: 0, max: 2, noNaN: true }), (key, n, slope) => {
        const probs = Float32Array.from({ length: n }, (_, i) => Math.min(1, (slope * i) / n))
        const expected = uniforms(key, n).map((u, i) => (u < (probs[i] as number) ? 1 : 0))
        expect(binarize(key, probs)).toEqual(expected)
        expect(binarize(key, probs, probs)).toBe(probs)
        expect(probs).toEqual(expected)
      }),
      { numRuns: 40 },
    )
  })

  it('refuses an output of another length', () => {
    expect(() => binarize(root, new Float32Array(3), new Float32Array(4))).toThrow(
      '3 probabilities need an output of 3, but it holds 4',
    )
  })
})

describe('normals', () => {
  it('follow the normal cdf, each half of a pair and both together', () => {
    const sample = normals(keyFromSeed(4), 100_000)
    expect(kolmogorov(sample, standardCdf)).toBeLessThan(KOLMOGOROV_999)
    for (const half of [0, 1]) {
      const part = sample.filter((_, i) => i % 2 === half)
      expect(kolmogorov(part, standardCdf)).toBeLessThan(KOLMOGOROV_999)
    }
  })

  it('have the moments 0, 1, 0, 3 within four standard errors', () => {
    const n = 400_000
    const sample = normals(keyFromSeed(5), n)
    const moment = (k: number) => sample.reduce((s, x) => s + x ** k, 0) / n
    // Var x^k = E x^2k - (E x^k)^2 with E x^2, x^4, x^6, x^8 = 1, 3, 15, 105.
    const cases = [
      [1, 0, 1],
      [2, 1, 3 - 1],
      [3, 0, 15],
      [4, 3, 105 - 9],
    ] as const
    for (const [k, mean, variance] of cases) {
      expect(Math.abs(moment(k) - mean)).toBeLessThan(4 * Math.sqrt(variance / n))
    }
  })

  it('reach into the tails as often as they should', () => {
    const n = 1_000_000
    const beyond = normals(keyFromSeed(6), n).filter((x) => Math.abs(x) > 4).length
    const expected = 2 * n * (pnorm(-4) as number)
    expect(Math.abs(beyond - expected)).toBeLessThan(4 * Math.sqrt(expected))
  })

  it('are uncorrelated within a pair, and so are their squares', () => {
    const sample = normals(keyFromSeed(7), 200_000)
    const [a, b] = [0, 1].map((half) => sample.filter((_, i) => i % 2 === half)) as [
      Float32Array,
      Float32Array,
    ]
    const square = (x: Float32Array) => x.map((v) => v * v)
    expect(Math.abs(correlation(a, b)) * Math.sqrt(a.length)).toBeLessThan(4)
    expect(Math.abs(correlation(square(a), square(b))) * Math.sqrt(a.length)).toBeLessThan(4)
  })
})

describe('integers', () => {
  it.each([2, 3, 10, 16, 100])('below %d are uniform', (bound) => {
    const counts = tally(bound, integers(keyFromSeed(bound), 50_000, bound))
    expect(chiSquare(counts)).toBeLessThan(chiSquare999(bound))
  })

  it('below a bound just above 2^31 are uniform, where a remainder would favor the lower ones', () => {
    const bound = 3 * 2 ** 30
    const thirds = Array.from(integers(root, 30_000, bound), (i) => Math.floor(i / 2 ** 30))
    expect(chiSquare(tally(3, thirds))).toBeLessThan(chiSquare999(3))
  })

  it('stay below any bound', () => {
    fc.assert(
      fc.property(anyKey, fc.integer({ min: 1, max: 2 ** 32 }), (key, bound) => {
        expect(integers(key, 20, bound).every((i) => i < bound)).toBe(true)
      }),
    )
    expect(() => integers(root, 1, 0)).toThrow('the bound is 0, but must be an integer from 1 to 4294967296')
  })
})

describe('permutation', () => {
  it('is a permutation', () => {
    fc.assert(
      fc.property(anyKey, anyLength, (key, n) => {
        expect([...permutation(key, n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
      }),
      { numRuns: 50 },
    )
  })

  it('takes each of the 120 orders of five equally often', () => {
    const orders = new Map<string, number>()
    for (let step = 0; step < 24_000; step++) {
      const order = permutation(fold(root, step), 5).join('')
      orders.set(order, (orders.get(order) ?? 0) + 1)
    }
    expect(orders.size).toBe(120)
    expect(chiSquare([...orders.values()])).toBeLessThan(chiSquare999(120))
  })
})
