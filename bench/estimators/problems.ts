/** The five problems, the first at three places. */
import type { Problem } from './problem.js'
import { beliefNet } from './problems/beliefNet.js'
import { coin } from './problems/coin.js'
import { counts } from './problems/counts.js'
import { mixture } from './problems/mixture.js'
import { atThreePlaces } from './problems/normals.js'

/** The problems, in the order of the table. */
export const problems: readonly Problem[] = [...atThreePlaces, coin, beliefNet, mixture, counts]
