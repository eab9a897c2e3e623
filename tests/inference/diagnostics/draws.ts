import { either as E, type taskEither as TE } from 'fp-ts'
import type * as g from 'giry'
import { GiryException } from '../../../src/dsl/error.js'
import { fold, integers, keyFromSeed, normals, uniforms } from '../../../src/runtime/keys.js'

/** n points of N(loc, scale² I) in d dimensions. */
export const gaussianDraws = (seed: number, n: number, d: number, loc = 0, scale = 1): number[][] => {
  const z = normals(keyFromSeed(seed), n * d)
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: d }, (_, j) => loc + scale * (z[i * d + j] as number)),
  )
}

/** Eight points on the unit circle. */
export const ringCenters: readonly (readonly number[])[] = Array.from({ length: 8 }, (_, k) => [
  Math.cos((k * Math.PI) / 4),
  Math.sin((k * Math.PI) / 4),
])

/** n points of the ring of Gaussians, on the first `modes` of its eight modes. */
export const ringDraws = (seed: number, n: number, { scale = 0.05, modes = 8 } = {}): number[][] => {
  const z = normals(keyFromSeed(seed), 2 * n)
  const mode = integers(fold(keyFromSeed(seed), 'mode'), n, modes)
  return Array.from({ length: n }, (_, i) =>
    (ringCenters[mode[i] as number] as number[]).map((c, j) => c + scale * (z[2 * i + j] as number)),
  )
}

/** n uniform numbers. */
export const uniformDraws = (seed: number, n: number): number[] => [...uniforms(keyFromSeed(seed), n)]

/** The errors of a task that must fail. */
export const refused = async (
  task: TE.TaskEither<readonly g.GiryError[], unknown>,
): Promise<readonly g.GiryError[]> => {
  const result = await task()
  return E.isLeft(result) ? result.left : []
}

/** The errors of a call that must throw. */
export const thrown = (f: () => unknown): readonly g.GiryError[] => {
  try {
    f()
  } catch (e) {
    if (e instanceof GiryException) return e.errors
    throw e
  }
  return []
}

/** The distance of p-values from the uniform distribution, √n sup |F_n − F|; above 1.95 in one case of a thousand. */
export const kolmogorov = (p: readonly number[]): number => {
  const sorted = [...p].sort((a, b) => a - b)
  const n = sorted.length
  return Math.sqrt(n) * Math.max(...sorted.map((x, i) => Math.max(x - i / n, (i + 1) / n - x)))
}
