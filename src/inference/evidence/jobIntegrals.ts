/**
 * The integral of every job over one or two coordinates on the line, each adaptive (integrate.ts):
 *
 *   log ∫ p(x, c, z(t)) |dz/dt| dt        two coordinates: ∫ ( ∫ … dt_2 ) dt_1
 *
 * Tested in tests/inference/evidence/quadrature.test.ts.
 */
import { chunks } from './chunks.js'
import { type Integral, integrate } from './integrate.js'
import { type Job, logIntegrand, type Setting } from './lineDensity.js'
import type { Start } from './logFunction.js'
import { startsOf } from './priorStarts.js'

/** Jobs with what is known of them. */
export interface Solved {
  readonly setting: Setting
  readonly jobs: readonly Job[]
  readonly starts: readonly (readonly Start[])[]
  readonly integrals: readonly Integral[]
}

/** The integral of every job. */
export const solveJobs = (setting: Setting, jobs: readonly Job[]): Solved => {
  const starts = startsOf(setting, jobs)
  const asked = { setting, jobs, starts }
  return { ...asked, integrals: setting.axes.length === 1 ? single(asked) : nested(asked) }
}

/** Jobs before they are integrated. */
type Asked = Omit<Solved, 'integrals'>

const single = ({ setting, jobs, starts }: Asked): readonly Integral[] =>
  integrate(
    starts.map((byAxis) => byAxis[0] as Start),
    (which, t) => logIntegrand(setting, jobs, { which, ts: [t] }),
  )

const nested = (asked: Asked): readonly Integral[] => {
  // An inner integral that did not converge near the mass would go unseen, so its error is carried outwards.
  const worst = new Float64Array(asked.jobs.length)
  // What an inner integral leaves out counts by the mass of its node.
  const beyond = asked.jobs.map(() => new Map<number, number>())
  const outer = asked.starts.map((byAxis) => byAxis[0] as Start)
  const found = integrate(outer, (which, first) => {
    const inner = innerIntegrals(asked, which, first)
    inner.forEach((i, p) => {
      const job = which[p] as number
      if (i.beyond > 1e-9) beyond[job]?.set(first[p] as number, i.beyond)
      if (Number.isFinite(i.log)) worst[job] = Math.max(worst[job] as number, i.converged ? 0 : i.error)
    })
    return inner.map((i) => i.log)
  })
  return found.map((i, job) =>
    withInner(i, worst[job] as number, beyondOf(i, beyond[job] as ReadonlyMap<number, number>)),
  )
}

const withInner = (i: Integral, error: number, beyond: number): Integral => ({
  ...i,
  error: i.error + error,
  beyond: i.beyond + beyond,
  converged: i.converged && error === 0,
})

/** The mean of the shares of inner integrals over the nodes of the outer one. */
const beyondOf = (outer: Integral, shares: ReadonlyMap<number, number>): number => {
  if (shares.size === 0) return 0
  const { t, logMass } = outer.nodes()
  return t.reduce((sum, x, i) => sum + Math.exp((logMass[i] as number) - outer.log) * (shares.get(x) ?? 0), 0)
}

/** Inner integrals that advance together. */
const innerAtOnce = 2 ** 13

/** Pairs of a job and the first coordinate, each with an inner integral over the second. */
export const innerIntegrals = (
  asked: Asked,
  which: Int32Array,
  first: ArrayLike<number>,
): readonly Integral[] => {
  const { setting, jobs, starts } = asked
  return chunks(which.length, innerAtOnce).flatMap(({ begin, end }) => {
    const some = which.subarray(begin, end)
    const inner = Array.from(some, (job) => starts[job]?.[1] as Start)
    return integrate(inner, (pairs, t) =>
      logIntegrand(setting, jobs, {
        which: pairs.map((p) => some[p] as number),
        ts: [Float64Array.from(pairs, (p) => first[begin + p] as number), t],
      }),
    )
  })
}
