/** Whether a file draws what `sample` draws: the support of the tests of samplers. */
import { expect } from 'vitest'
import type { AnyModel } from '../../../src/dsl/model.js'
import type { NetParams } from '../../../src/dsl/params.js'
import type { AnyValue } from '../../../src/dsl/value.js'
import { init } from '../../../src/inference/init.js'
import { sample } from '../../../src/inference/sample.js'
import { toOnnx } from '../../../src/inference/toOnnx.js'
import { distance, endsOf, load, noiseRows, run } from './runFile.js'

const rows = [1, 3, 17] as const
// Rounding of float32 through a few operators; labels and bits must agree exactly.
const TOLERANCE = 1e-5

/** The noise inputs of a file, and what they are. */
export type Kinds = Readonly<Record<string, 'normal' | 'uniform'>>

/** The file draws what `sample` draws with the same noise, without given data. */
export const samplerAgrees = async (model: AnyModel, kinds: Kinds): Promise<void> => {
  const params = init(model, 5) as Readonly<Record<string, NetParams>>
  const session = await load(toOnnx(model, { params }))
  expect(Object.keys(endsOf(session.inputMetadata)).sort()).toEqual(Object.keys(kinds).sort())
  for (const n of rows) {
    const outputs = await run(session, noiseRows(session, kinds, 11, n))
    const drawn = sample(model, { params, n, seed: 11 } as never) as Readonly<Record<string, AnyValue>>
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(drawn).sort())
    for (const [name, { tensor }] of Object.entries(drawn)) {
      expect(outputs[name]?.dims).toEqual(tensor.shape)
      expect(distance(outputs[name]?.data ?? [], tensor.dataSync())).toBeLessThan(TOLERANCE)
    }
    for (const { tensor } of Object.values(drawn)) tensor.dispose()
  }
  await session.release()
}
