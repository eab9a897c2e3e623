import { pipe } from 'fp-ts/lib/function.js'
import { it } from 'vitest'
import * as g from 'giry'
import { evidence, posterior } from '../../../src/inference/evidence.js'
it('x', async () => {
  const W = g.value(g.real(3, 2), [[[1, 2], [0.5, -1], [0, 1]]] as never)
  const m = pipe(g.Do, g.bind('z', () => g.standardNormal(1)), g.bind('x', ({ z }) => g.normal({ loc: g.mul(2, z), scale: 0.5 })))
  for (const method of ['linear-Gaussian', 'quadrature'] as const) {
    console.log(JSON.stringify(await evidence(m, { x: [[1], [3], [-40]] }, { method })()))
  }
  const want = [1, 3, -40].map((x) => -0.5 * Math.log(2 * Math.PI * 4.25) - (x * x) / 8.5)
  console.log(want)
  const e = pipe(g.Do, g.bind('z', () => g.exponential({ rate: 2 })), g.bind('x', ({ z }) => g.poisson({ rate: z })))
  console.log(JSON.stringify(await evidence(e, { x: [0, 1, 5, 30] })()), [0, 1, 5, 30].map((k) => Math.log(2 / 3) - k * Math.log(3)))
  const m2 = pipe(g.Do, g.bind('z', () => g.standardNormal(2)), g.bind('x', ({ z }) => g.normal({ loc: g.matMul(g.value(g.real(3, 2), [[1, 2], [0.5, -1], [0, 1]]), z), scale: 0.1 })))
  for (const method of ['linear-Gaussian', 'quadrature'] as const) {
    let t0 = Date.now()
    console.log(JSON.stringify(await evidence(m2, { x: [[1, 2, 3], [3, 0, 0], [-4, 1, 1]] }, { method })()), Date.now() - t0)
    t0 = Date.now()
    const q = await posterior(m2, { x: [[1, 2, 3], [3, 0, 0], [-4, 1, 1]] }, { method })()
    if (q._tag === 'Right') console.log(q.right.kind, JSON.stringify((q.right as any).mean), JSON.stringify((q.right as any).variance ?? (q.right as any).covariance), q.right.logDensity({ z: [0.1, 0.2] }), Date.now() - t0)
    else console.log(q.left)
  }
})
