/** Moments of many numbers about a point near their mean, one chunk after the other. */

/** Sums of (x − about) and of its square. */
export interface Tally {
  readonly about: number
  count: number
  sum: number
  squares: number
}

/** Nothing yet. */
export const tallyAbout = (about: number): Tally => ({ about, count: 0, sum: 0, squares: 0 })

/** Counts more numbers in. */
export const countIn = (t: Tally, xs: Float32Array): void => {
  t.count += xs.length
  for (const x of xs) {
    const d = x - t.about
    t.sum += d
    t.squares += d * d
  }
}

/** Mean − about, the variance of one number, and the standard error of the mean. */
export const momentsOf = ({ count, sum, squares }: Tally) => {
  const variance = Math.max(0, squares - sum ** 2 / count) / (count - 1)
  return { off: sum / count, variance, standardError: Math.sqrt(variance / count) }
}

/** Several about the same point, as one. */
export const merged = (all: readonly Tally[]): Tally => {
  const total = (of: (t: Tally) => number) => all.reduce((sum, t) => sum + of(t), 0)
  return {
    about: (all[0] as Tally).about,
    count: total((t) => t.count),
    sum: total((t) => t.sum),
    squares: total((t) => t.squares),
  }
}
