/**
 * The gradient methods by name: a new one is a file beside this one, its row here, and the capability that it needs in
 * src/dsl/rules.ts.
 */
import type { MethodName } from '../../dsl/rules.js'
import { enumerate } from './enumerate.js'
import type { SiteEstimator } from './estimator.js'
import { pathwise } from './pathwise.js'
import { score } from './score.js'

/** What each gradient method does at a site. */
export const estimators: Readonly<Record<MethodName, SiteEstimator>> = { enumerate, pathwise, score }
