/**
 * Panel: the rules of Gauss (7 nodes) and Kronrod (15 nodes, the 7 among them) on one interval, of exp f.
 *
 *   ∫_from^to exp f dt ≈ (to − from)/2 Σ_i w_i exp f(t_i)        their difference gives the error, as in QUADPACK
 *
 * Sums are relative to the largest f of the panel, so that nothing overflows; logarithms in nats.
 * Piessens et al., QUADPACK, 1983, for the nodes. Tested in tests/inference/evidence/integrate.test.ts.
 */
import { isBroken, withoutNaN } from './logFunction.js'

const kronrodNodes = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
  0.4058451513773972, 0.20778495500789848, 0,
]
const kronrodWeights = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679,
  0.19035057806478542, 0.20443294007529889, 0.20948214108472782,
]
/** Gauss weights of every second Kronrod node. */
const gaussWeights = [0.1294849661688697, 0.27970539148927664, 0.3818300505051189, 0.4179591836734694]

/** A node on [−1, 1] with its two weights; the Gauss weight is 0 where the smaller rule has no node. */
export interface Node {
  readonly x: number
  readonly kronrod: number
  readonly gauss: number
}

/** The 15 nodes, from left to right on each side. */
export const rule: readonly Node[] = kronrodNodes.flatMap((x, i) => {
  const node = {
    x,
    kronrod: kronrodWeights[i] as number,
    gauss: i % 2 === 1 ? (gaussWeights[(i - 1) / 2] as number) : 0,
  }
  return x === 0 ? [node] : [{ ...node, x: -x }, node]
})

/** Both rules on one interval. */
export interface Panel {
  readonly from: number
  readonly to: number
  /** f at the nodes of the rule. */
  readonly values: Float64Array
  readonly log: number
  readonly logError: number
  /** Whether f is NaN next to some of the mass. */
  readonly broken: boolean
}

/** The nodes of the rule on an interval. */
export const nodesOf = (from: number, to: number): number[] =>
  rule.map((n) => (from + to) / 2 + ((to - from) / 2) * n.x)

/** Both rules on one interval, f being seen at its nodes; `peak` is the largest f of all. */
export const panelOf = (from: number, to: number, seen: Float64Array, peak: number): Panel => {
  const values = withoutNaN(seen)
  const broken = isBroken(seen, peak)
  let top = Number.NEGATIVE_INFINITY
  for (let i = 0; i < rule.length; i++) top = Math.max(top, values[i] as number)
  if (top === Number.NEGATIVE_INFINITY) return { from, to, values, log: top, logError: top, broken }
  let kronrod = 0
  let gauss = 0
  for (let i = 0; i < rule.length; i++) {
    const y = Math.exp((values[i] as number) - top)
    kronrod += (rule[i] as Node).kronrod * y
    gauss += (rule[i] as Node).gauss * y
  }
  let spread = 0
  for (let i = 0; i < rule.length; i++)
    spread += (rule[i] as Node).kronrod * Math.abs(Math.exp((values[i] as number) - top) - kronrod / 2)
  const raw = Math.abs(kronrod - gauss)
  const error = spread > 0 ? Math.min(raw, spread * Math.min(1, ((200 * raw) / spread) ** 1.5)) : raw
  const scale = top + Math.log((to - from) / 2)
  return { from, to, values, log: scale + Math.log(kronrod), logError: scale + Math.log(error), broken }
}
