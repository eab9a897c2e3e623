/**
 * The gradient methods by name: a new one is a file beside this one, its row here, and the capability that it needs in
 * src/dsl/gradientMethods.ts.
 */
import type { MethodName } from '../../dsl/gradientMethods.js'
import { enumerate } from './enumerate.js'
import type { SiteEstimator } from './estimator.js'
import { measureValued } from './measureValued.js'
import { pathwise } from './pathwise.js'
import { rebar } from './rebar.js'
import { relax } from './relax.js'
import { gumbelSoftmax, straightThrough } from './relaxed.js'
import { score } from './score.js'
import { stickingTheLanding } from './stickingTheLanding.js'

/** What each gradient method does at a site. */
export const estimators: Readonly<Record<MethodName, SiteEstimator>> = {
  pathwise,
  stickingTheLanding,
  score,
  enumerate,
  gumbelSoftmax,
  straightThrough,
  rebar,
  relax,
  measureValued,
}
