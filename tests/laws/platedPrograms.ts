/**
 * Random programs with plates: coins and labels in no plate, in one, or in two that cross, whose elements meet through means and
 * lifts; p and q in orders of their own. All of it is finite but the data, so that everything is a sum over configurations.
 *
 *   t_s(i) = b_s + Σ_u w_su f_su(i) + w_s f_su(i) f_sv(i)       f_su(i): u at the element i of s, or its mean over plates
 *
 * t is the log odds of a coin, the mean of a normal datum, and scales the logits of a label. platedModels.ts says this in the
 * library, platedOracle.ts in plain numbers.
 */
import { type Stream, streamOf } from '../../src/testing/arbitraries/stream.js'

/** What a site is drawn from; data may be normal. */
export type PlatedKind = 'coin' | 'label' | 'oneHot' | 'normal'

/** One site that another is drawn from. */
export interface PlatedEdge {
  readonly from: string
  /** The plates that its mean is taken over. */
  readonly over: readonly string[]
  /** How: the mean of u; tanh of its mean, inside of a lift; the mean of tanh u, a lift with the promise. */
  readonly by: 'itself' | 'lift' | 'promise'
  /** Whether a deterministic name stands between. */
  readonly named: boolean
  readonly weight: string
}

/** A site with its parents; parameters are named. */
export interface PlatedSite {
  readonly name: string
  readonly kind: PlatedKind
  readonly plates: readonly string[]
  readonly bias: string
  readonly edges: readonly PlatedEdge[]
  /** The weight of the product of the first two parents, where there is one. */
  readonly product: string | undefined
}

/** A model, a proposal, parameters and one datum. */
export interface PlatedProgram {
  readonly plates: Readonly<Record<string, number>>
  readonly p: readonly PlatedSite[]
  readonly q: readonly PlatedSite[]
  readonly observed: readonly string[]
  readonly params: Readonly<Record<string, number>>
  /** For each observed site a number for each element, the last of its plates fastest. */
  readonly data: Readonly<Record<string, readonly number[]>>
}

type Shape = Pick<PlatedSite, 'name' | 'kind' | 'plates'>

/** The number of values of a site. */
export const valuesOf = (kind: PlatedKind): number => (kind === 'coin' ? 2 : 3)

/** The number of elements of a site. */
export const elementsOf = (plates: PlatedProgram['plates'], site: Pick<PlatedSite, 'plates'>): number =>
  site.plates.reduce((n, name) => n * (plates[name] as number), 1)

/** One to three latents, of at most 256 configurations together. */
const latentsOf = (s: Stream, plates: PlatedProgram['plates']): readonly Shape[] => {
  const found: Shape[] = []
  let configurations = 1
  for (let i = s.integer(0, 2); i >= 0; i--) {
    const kind = s.one(['coin', 'coin', 'label', 'oneHot'] as const)
    const inPlates = { name: `z${i}`, kind, plates: s.some(Object.keys(plates)) }
    const fits = (site: Shape) => configurations * valuesOf(kind) ** elementsOf(plates, site) <= 256
    const site = fits(inPlates) ? inPlates : { ...inPlates, plates: [] }
    if (!fits(site)) continue
    configurations *= valuesOf(kind) ** elementsOf(plates, site)
    found.push(site)
  }
  return found
}

const edgeOf = (s: Stream, to: Shape, from: Shape, weight: string): PlatedEdge => {
  const over = from.plates.filter((name) => !to.plates.includes(name) || s.uniform() < 0.2)
  const by = s.one(['itself', 'itself', 'lift', 'promise'] as const)
  // A lift finds the elements of one plate in front of the event; of two it does not know which.
  const combines = over.length === 1 && from.plates.length === 1
  return {
    from: from.name,
    over,
    by: by === 'lift' && !combines ? 'itself' : by,
    named: s.uniform() < 0.3,
    weight,
  }
}

/** A random program from a seed. */
export const platedProgram = (seed: number): PlatedProgram => {
  const s = streamOf(seed)
  const plates = s.one<PlatedProgram['plates']>([{}, { k: 3 }, { k: 2, j: 2 }, { k: 2, j: 2 }])
  const params: Record<string, number> = {}
  const parameter = (name: string) => {
    params[name] = s.uniform(-1.5, 1.5)
    return name
  }
  const latents = latentsOf(s, plates)
  const seen = ['x', 'y'].slice(0, s.integer(1, 2)).map((name): Shape => {
    const kind = s.one(['normal', 'coin'] as const)
    return { name, kind, plates: s.one([Object.keys(plates), s.some(Object.keys(plates))]) }
  })
  const siteOf = (side: string, site: Shape, from: readonly Shape[]): PlatedSite => {
    const edges = from.map((u) => edgeOf(s, site, u, parameter(`${side}_${site.name}_${u.name}`)))
    const multiplied = edges.length >= 2 && s.uniform() < 0.5
    return {
      ...site,
      bias: parameter(`${side}_${site.name}`),
      edges,
      product: multiplied ? parameter(`${side}_${site.name}_product`) : undefined,
    }
  }
  const inOrder = (side: string, known: readonly Shape[]) => {
    const order = s.one([latents, [...latents].reverse()])
    return order.map((z, i) => siteOf(side, z, s.some([...known, ...order.slice(0, i)])))
  }
  const likelihood = (x: Shape) => {
    const from = s.some(latents)
    return siteOf('p', x, from.length > 0 ? from : [s.one(latents)])
  }
  return {
    plates,
    p: [...inOrder('p', []), ...seen.map(likelihood)],
    q: inOrder('q', seen),
    observed: seen.map((x) => x.name),
    params,
    data: Object.fromEntries(
      seen.map((x) => [
        x.name,
        Array.from({ length: elementsOf(plates, x) }, () =>
          x.kind === 'coin' ? s.integer(0, 1) : s.uniform(-1.5, 2),
        ),
      ]),
    ),
  }
}

/** What a program is, in a few lines. */
export const describePlated = ({ plates, p, q }: PlatedProgram): string => {
  const edge = (e: PlatedEdge) => `${e.by} ${e.from}${e.over.length > 0 ? ` over ${e.over}` : ''}`
  const line = (s: PlatedSite) => `${s.name}[${s.plates}] <- ${s.edges.map(edge).join(', ')}`
  return `${JSON.stringify(plates)}; p: ${p.map(line).join('; ')}; q: ${q.map(line).join('; ')}`
}
