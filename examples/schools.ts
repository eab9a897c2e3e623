/**
 * Eight schools (Rubin, 1981): a hierarchical model with shared latents. Each school's effect is drawn per datum, the
 * population's mean and spread once for the whole data set; giry scales the shared terms by 1/N.
 */
import * as g from 'giry'

const steps = process.env.GIRY_SHRINK === '1' ? 20 : 2000
const effects = [28, 8, -3, 7, -1, 1, 18, 12]
const errors = [15, 10, 16, 11, 9, 11, 10, 18]

const p = g.pipe(
  g.given({ error: g.positive() }),
  g.shared('mu', () => g.normal({ loc: 0, scale: 5 })),
  g.shared('tau', () => g.logNormal({ loc: 1, scale: 1 })),
  g.bind('eta', () => g.standardNormal()),
  g.letTo('theta', ({ mu, tau, eta }) => g.add(mu, g.mul(tau, eta))),
  g.bind('y', ({ theta, error }) => g.normal({ loc: theta, scale: error })),
)

const place = () => g.parameter(g.real())
const spread = () => g.parameter(g.positive())
const q = g.pipe(
  g.given({ y: g.real(), error: g.positive() }),
  g.nets({ muLoc: place(), muScale: spread(), tauLoc: place(), tauScale: spread() }),
  g.nets({ etaOf: g.gaussian(g.real(2), [16], g.real()) }),
  g.shared('mu', ({ muLoc, muScale }) => g.normal({ loc: muLoc(), scale: muScale() })),
  g.shared('tau', ({ tauLoc, tauScale }) => g.logNormal({ loc: tauLoc(), scale: tauScale() })),
  g.bind('eta', ({ y, error, etaOf }) => g.normal(etaOf(g.div(g.stack([y, error]), 10)))),
)

const bound = g.elbo(p, q, { particles: 8 })
console.log(g.derive(p, q))
const data = { y: effects, error: errors }
const fit = await g.orThrow(g.fit(bound, { data, optimizer: g.adam(2e-2), steps, seed: 1 }))
const { mu, tau } = g.sample(q, { params: fit.params, given: data, n: 4000, seed: 2 })
const mean = (v: g.AnyValue) => g.toTypedArray(v).reduce((a, b) => a + b, 0) / 4000
console.log(`posterior means: mu ${mean(mu).toFixed(1)}, tau ${mean(tau).toFixed(1)}`)
