/**
 * A model for any number n of rows, from two models of one function, recorded at two numbers of rows.
 *
 *   what is equal in both stays        what differs is computed from n = Shape(input)[axis]
 *
 * Sizes of inputs and outputs become the name n; targets of Reshape become -1 where one size is free; sizes elsewhere, and
 * constants that fill them, are computed (freeConstants.ts). No size of the recordings is left in the model.
 * Errors: tag `runtime`, one for each operator that the number of rows changes in another way.
 * Tested in tests/runtime/onnx/freeBatch.test.ts.
 */
import { either as E } from 'fp-ts'
import { type GiryError, giryError } from '../../dsl/error.js'
import { affinesThrough, isFree, showSize } from './affineSizes.js'
import { type Freed, freeConstant } from './freeConstants.js'
import type { OnnxEnd, OnnxModel, OnnxNode } from './lowering.js'
import { type RowSource, rowInput, type SizeWriter, sizeWriter } from './sizeWriter.js'

type Errors = readonly GiryError[]
type Pair<A> = readonly [A, A]

const stuck = (operator: string, why: string): GiryError =>
  giryError(
    'runtime',
    operator,
    `the number of rows cannot be left free: ${why}`,
    'write the function so that it computes each datum alike, whatever their number',
  )

const zip = <A>([a, b]: Pair<readonly A[]>): readonly Pair<A>[] => a.map((x, i) => [x, b[i] as A])

const sameNode = ([a, b]: Pair<OnnxNode>): boolean =>
  a.operator === b?.operator && a.inputs.join() === b.inputs.join() && a.outputs.join() === b.outputs.join()

const sameConstants = ([a, b]: Pair<OnnxModel>): boolean =>
  a.constants.length === b.constants.length &&
  a.constants.every((c, i) => c.name === b.constants[i]?.name && c.type === b.constants[i]?.type)

/** Operators that the two models do not share, or share with other attributes. */
const structureErrors = (models: Pair<OnnxModel>): Errors => {
  const nodes = zip<OnnxNode>([models[0].nodes, models[1].nodes])
  const other = nodes.find((pair) => !sameNode(pair))?.[0]
  if (other !== undefined || models[0].nodes.length !== models[1].nodes.length || !sameConstants(models))
    return [
      stuck(
        other?.operator ?? 'graph',
        `the operators change with it${other ? `, the first at ${other.operator}` : ''}`,
      ),
    ]
  return nodes
    .filter(([a, b]) => JSON.stringify(a.attributes) !== JSON.stringify(b.attributes))
    .map(([a]) => stuck(a.operator, `the operator ${a.operator} holds it as an attribute`))
}

const readersOf = (model: OnnxModel, name: string): string =>
  [...new Set(model.nodes.filter((n) => n.inputs.includes(name)).map((n) => n.operator))].join(', ')

const freedConstants = (models: Pair<OnnxModel>): E.Either<Errors, ReadonlyMap<string, Freed>> => {
  const freed = zip([models[0].constants, models[1].constants]).map(
    (pair) => [pair[0].name, freeConstant(pair)] as const,
  )
  const errors = freed.flatMap(([name, f]) => {
    const readers = readersOf(models[0], name)
    return f === undefined ? [stuck(readers, `the operator ${readers} reads numbers that depend on it`)] : []
  })
  return errors.length > 0 ? E.left(errors) : E.right(new Map(freed as readonly (readonly [string, Freed])[]))
}

/** An input or output with free sizes. */
const freeEnd = ([a, b]: Pair<OnnxEnd>): E.Either<Errors, OnnxEnd> => {
  const sizes = affinesThrough(a.shape as readonly number[], b.shape as readonly number[])
  return sizes === undefined
    ? E.left([stuck(a.name, `the shape of '${a.name}' is no affine function of it`)])
    : E.right({ ...a, shape: sizes.map(showSize) })
}

const freeEnds = (ends: Pair<readonly OnnxEnd[]>): E.Either<Errors, readonly OnnxEnd[]> => {
  const all = zip(ends).map(freeEnd)
  const errors = all.flatMap((e) => (E.isLeft(e) ? e.left : []))
  return errors.length > 0 ? E.left(errors) : E.right(all.flatMap((e) => (E.isRight(e) ? [e.right] : [])))
}

const sourceOf = (inputs: readonly OnnxEnd[]): RowSource => {
  for (const { name, shape } of inputs)
    if (shape.includes('n')) return { input: name, axis: shape.indexOf('n') }
  return 'n'
}

/** The target of a Reshape, -1 for its one free size; undefined where there are more. */
const target = (w: SizeWriter, freed: Freed): string | undefined => {
  if (freed.kind !== 'sizes' || freed.sizes.filter(isFree).length !== 1) return undefined
  if (freed.sizes.some((s) => !isFree(s) && s.offset === 0)) return undefined
  return w.ints(freed.sizes.map((s) => (isFree(s) ? -1 : s.offset)))
}

/** Reads inputs of nodes where constants have become computed; each is computed once. */
const reader = (w: SizeWriter, freed: ReadonlyMap<string, Freed>) => {
  const computed = new Map<string, string>()
  const compute = (name: string, f: Exclude<Freed, { readonly kind: 'same' }>): string => {
    const made = computed.get(name) ?? (f.kind === 'sizes' ? w.vector(f.sizes) : f.write(w))
    computed.set(name, made)
    return made
  }
  return (node: OnnxNode): OnnxNode => ({
    ...node,
    inputs: node.inputs.map((name, at) => {
      const f = freed.get(name)
      if (f === undefined || f.kind === 'same') return name
      return (node.operator === 'Reshape' && at === 1 ? target(w, f) : undefined) ?? compute(name, f)
    }),
  })
}

/** The model for any number of rows. */
export const freeBatch = (models: Pair<OnnxModel>): E.Either<Errors, OnnxModel> => {
  const structure = structureErrors(models)
  if (structure.length > 0) return E.left(structure)
  const inputs = freeEnds([models[0].inputs, models[1].inputs])
  const outputs = freeEnds([models[0].outputs, models[1].outputs])
  const freed = freedConstants(models)
  if (E.isLeft(inputs) || E.isLeft(outputs) || E.isLeft(freed))
    return E.left([inputs, outputs, freed].flatMap((e) => (E.isLeft(e) ? e.left : [])))
  return E.right(assembled(models[0], inputs.right, outputs.right, freed.right))
}

const assembled = (
  model: OnnxModel,
  inputs: readonly OnnxEnd[],
  outputs: readonly OnnxEnd[],
  freed: ReadonlyMap<string, Freed>,
): OnnxModel => {
  const source = sourceOf(inputs)
  const w = sizeWriter(source)
  const nodes = model.nodes.map(reader(w, freed))
  const kept = model.constants.filter((c) => freed.get(c.name)?.kind === 'same')
  const asksRows = source === 'n' && w.nodes.some((n) => n.inputs.includes(rowInput.name))
  return {
    inputs: asksRows ? [...inputs, rowInput] : inputs,
    outputs,
    constants: [...kept, ...w.constants],
    nodes: [...w.nodes, ...nodes],
  }
}
