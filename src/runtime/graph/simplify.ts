/**
 * A graph that computes the same with less: the passes in turn, until nothing changes.
 *
 *   simplify = fixed point of  tidy . factors . matrixProducts . broadcasting ...      shapes, types and results stay
 *
 * Numbers change by rounding only, while they stay away from the ends of float32: numbers of up to 1e+-6 move past
 * arithmetic, and mean(x) = sum(x) / n, sum(c x) = c sum(x), so a value above 3e38 / n, or above 3e32 before a small factor,
 * may become infinite, and one below 1e-32 lose digits. Sinking is kept where it makes the graph shorter.
 * Tested in tests/runtime/graph/simplify.test.ts.
 */
import type { Graph } from './graph.js'
import { broadcasting } from './passes/broadcasting.js'
import { commonSubexpressions, nodeKey } from './passes/commonSubexpressions.js'
import { constantFolding } from './passes/constantFolding.js'
import { convolutions } from './passes/convolutions.js'
import { deadCode } from './passes/deadCode.js'
import { factors } from './passes/factors.js'
import { identities } from './passes/identities.js'
import { joins } from './passes/joins.js'
import { layouts } from './passes/layouts.js'
import { matrixProducts } from './passes/matrixProducts.js'
import type { Pass } from './passes/rule.js'
import { sinking } from './passes/sinking.js'
import { steps } from './passes/steps.js'

const inTurn =
  (...passes: readonly Pass[]): Pass =>
  (graph) =>
    passes.reduce((g, pass) => pass(g), graph)

const tidy = inTurn(commonSubexpressions, deadCode)

// Passes that judge costs by the uses of a value need a graph without dead nodes, and without copies. Looking for copies
// takes as long as all other passes together, so that is done before the three that judge.
const round = inTurn(
  ...[constantFolding, identities, layouts, joins, convolutions].flatMap((pass) => [pass, deadCode]),
  ...[broadcasting, factors, matrixProducts].flatMap((pass) => [tidy, pass, deadCode]),
)

const fingerprint = (graph: Graph): string =>
  `${graph.nodes.map(nodeKey).join('\n')}\n${JSON.stringify(graph.outputs)}`

const mostRounds = 12

const settled =
  (pass: Pass): Pass =>
  (graph) => {
    let now = graph
    let seen = fingerprint(now)
    for (let i = 0; i < mostRounds; i++) {
      now = pass(now)
      const found = fingerprint(now)
      if (found === seen) return now
      seen = found
    }
    return now
  }

const isStep = (kernel: string): boolean => kernel !== 'Input' && kernel !== 'Constant'
const length = (graph: Graph): number => graph.nodes.filter((n) => isStep(n.kernel)).length

const main = inTurn(settled(round), tidy)

/** The pass followed by all others, where the graph gets shorter by it. */
const ifShorter =
  (pass: Pass): Pass =>
  (graph) => {
    const tried = inTurn(settled(inTurn(pass, tidy, layouts, tidy)), main)(graph)
    return length(tried) < length(graph) ? tried : graph
  }

/** The graph, simplified. */
export const simplify: Pass = inTurn(main, ifShorter(sinking), steps, tidy)
