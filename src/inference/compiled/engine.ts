/**
 * The compiled engine: each objective becomes one graph for each size of the minibatch, built when it is first met.
 */
import type { AnyObjective } from '../../dsl/objective.js'
import type { OnnxRuntime } from '../../runtime/onnx/load.js'
import type { Arrays, Engine, ParameterSource, Sizes } from '../engine.js'
import { type CompiledStep, compileStep, type Homes } from './compileStep.js'
import type { StepSpec } from './traceStep.js'

const netOf = (path: string): string => path.slice(0, path.indexOf('/'))

/** The parameters that an objective reads, or whose gradients are asked for: those it does not read have gradient 0. */
const paramsFor = (
  source: ParameterSource,
  objective: AnyObjective,
  paths: readonly string[],
): StepSpec['params'] =>
  Object.fromEntries(
    Object.entries(source.now()).filter(([path]) => netOf(path) in objective.nets || paths.includes(path)),
  )

const homesOf = (source: ParameterSource, gradients: Arrays): Homes => ({
  name: source.home(),
  params: () => Object.fromEntries(Object.entries(source.now()).map(([path, a]) => [path, a.data])),
  gradients,
})

const noGradients: Arrays = {}

/** Steps by objective, paths and sizes; one that cannot be built is forgotten. */
const builtOnce = (build: (spec: StepSpec) => Promise<CompiledStep>) => {
  const built = new Map<AnyObjective, Map<string, Promise<CompiledStep>>>()
  const get = (key: string, spec: StepSpec): Promise<CompiledStep> => {
    const own = built.get(spec.objective) ?? new Map<string, Promise<CompiledStep>>()
    built.set(spec.objective, own)
    const step = build(spec)
    own.set(key, step)
    step.catch(() => own.delete(key))
    return step
  }
  return {
    find: (objective: AnyObjective, key: string) => built.get(objective)?.get(key),
    get,
    all: () => Promise.all([...built.values()].flatMap((own) => [...own.values()])),
  }
}

/** Runs objectives as graphs on ONNX Runtime. */
export const compiledEngine = (source: ParameterSource, runtime: OnnxRuntime): Engine => {
  const steps = builtOnce((spec) => compileStep(runtime, spec))
  const stepFor = async (objective: AnyObjective, paths: readonly string[], { size, dataSize }: Sizes) => {
    const key = `${size} of ${dataSize}: ${paths.join()}`
    const params = () => paramsFor(source, objective, paths)
    return (
      steps.find(objective, key) ??
      steps.get(key, { objective, params: params(), paths, batch: size, dataSize })
    )
  }
  return {
    runtime: runtime.name,
    threads: runtime.threads,
    prepare: async (objective, paths, sizes) => void (await stepFor(objective, paths, sizes)),
    gradient: async (objective, into, batch) => {
      const step = await stepFor(objective, Object.keys(into), batch)
      return step.run(batch, homesOf(source, into))
    },
    value: async (objective, batch) => {
      const step = await stepFor(objective, [], batch)
      return step.run(batch, homesOf(source, noGradients))
    },
    dispose: async () => {
      for (const step of await steps.all()) await step.dispose()
    },
  }
}
