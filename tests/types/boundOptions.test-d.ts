/** The names of options that are known at run time are those of the types. */
import type * as g from 'giry'
import { expectTypeOf, it } from 'vitest'
import type { boundOptions } from '../../src/inference/boundOptions.js'
import type { ParticlesOption } from '../../src/inference/importance/bound.js'

type Known = { readonly [O in keyof typeof boundOptions]: (typeof boundOptions)[O][number] }

it('every option has its name in the list', () => {
  expectTypeOf<Known['elbo']>().toEqualTypeOf<keyof g.BoundOptions>()
  expectTypeOf<Known['hvi']>().toEqualTypeOf<keyof g.BoundOptions>()
  expectTypeOf<Known['iwhvi']>().toEqualTypeOf<keyof g.HierarchicalOptions>()
  expectTypeOf<Known['semiSupervised']>().toEqualTypeOf<keyof g.SemiSupervisedOptions<unknown, 'y'>>()
  expectTypeOf<Known['iwae']>().toEqualTypeOf<keyof g.ImportanceOptions | 'sites'>()
  expectTypeOf<Known['renyi']>().toEqualTypeOf<keyof g.RenyiOptions | 'sites'>()
  expectTypeOf<Known['cubo']>().toEqualTypeOf<keyof g.CuboOptions | 'sites'>()
  expectTypeOf<Known['cuboExponential']>().toEqualTypeOf<keyof g.CuboExponentialOptions | 'sites'>()
  expectTypeOf<Known['tailAdaptive']>().toEqualTypeOf<keyof g.TailAdaptiveOptions | 'sites'>()
  expectTypeOf<Known['tvo']>().toEqualTypeOf<keyof g.TvoOptions | 'sites'>()
  expectTypeOf<Known['wakeTheta']>().toEqualTypeOf<keyof ParticlesOption | 'sites'>()
  expectTypeOf<Known['wakePhi']>().toEqualTypeOf<keyof ParticlesOption | 'sites'>()
  expectTypeOf<Known['sleep']>().toEqualTypeOf<keyof g.SleepOptions>()
  expectTypeOf<Known['reweightedWakeSleep']>().toEqualTypeOf<keyof g.WakeSleepOptions | 'sites'>()
  expectTypeOf<Known['klParts']>().toEqualTypeOf<keyof g.PartsOptions>()
  expectTypeOf<Known['betaTcvae']>().toEqualTypeOf<keyof g.BetaTcvaeOptions>()
  expectTypeOf<Known['infoVae']>().toEqualTypeOf<keyof g.InfoVaeOptions<unknown, unknown>>()
  expectTypeOf<Known['wae']>().toEqualTypeOf<keyof g.WaeOptions<unknown, unknown>>()
  expectTypeOf<Known['svgd']>().toEqualTypeOf<keyof g.SvgdOptions>()
  expectTypeOf<Known['expect']>().toEqualTypeOf<keyof g.ExpectOptions>()
})
