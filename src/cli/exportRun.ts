/**
 * giry export: a net of a trained model, or its sampler, as an ONNX file that runs without giry.
 *
 *   giry export vae-mnist-seed1 --net decode        decode.onnx in the run: input [n, 20] -> output [n, 784]
 *   giry export vae-mnist-seed1                     sampler.onnx: noise [n, ...] -> every site of p [n, ...]
 *
 * Tested in tests/cli/export.test.ts.
 */
import { join } from 'node:path'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { type GiryError, giryError, showErrors } from '../dsl/error.js'
import { netFile, samplerFile } from '../inference/toOnnx/files.js'
import type { noiseSources } from '../inference/toOnnx/options.js'
import { isGame, netsOf } from './built.js'
import { exitCodeOf, exitCodes } from './exitCode.js'
import { requireFilePlace, writeWhole } from './folder.js'
import { readRun, type SavedRun } from './savedRun.js'
import { type Terminal, terminalOf } from './terminal.js'

/** The options of the command. */
export interface ExportOptions {
  readonly run: string
  /** The net to write; the sampler of p if left out. */
  readonly net: string | undefined
  readonly sampler: boolean
  readonly noise: (typeof noiseSources)[number] | undefined
  readonly out: string | undefined
  readonly json: boolean
}

type Written = ReturnType<typeof netFile>
type OnnxFile = Written extends E.Either<readonly GiryError[], infer A> ? A : never

const unknownNet = (name: string, known: readonly string[]): readonly GiryError[] => [
  giryError('option', 'net', `the model has no net '${name}'`, `pass --net with one of ${known.join(', ')}`),
]

/** What is asked for, as a file. */
const fileOf = ({ built, params }: SavedRun, { net: name, noise }: ExportOptions): Written => {
  const model = isGame(built) ? built.fake : built.p
  if (name === undefined) return samplerFile(model, { params, ...(noise === undefined ? {} : { noise }) })
  const nets = netsOf(built)
  const net = nets[name]
  return net === undefined ? E.left(unknownNet(name, Object.keys(nets))) : netFile(net, params[name] ?? {})
}

const shapesOf = (ends: OnnxFile['inputs']): Readonly<Record<string, readonly (number | string)[]>> =>
  Object.fromEntries(ends.map(({ name, shape }) => [name, shape]))

const showEnds = (ends: OnnxFile['inputs']): string =>
  ends
    .map(({ name, shape }) => `${name} ${shape.length === 0 ? '(a number)' : `[${shape.join(', ')}]`}`)
    .join(', ')

const nameOf = ({ net }: ExportOptions): string => (net === undefined ? 'the sampler' : `the net ${net}`)

const sayFile = (terminal: Terminal, o: ExportOptions, path: string, { inputs, outputs }: OnnxFile): void => {
  terminal.say(`${nameOf(o)} in ${terminal.bold(path)}`)
  terminal.say(terminal.dim(`  inputs    ${showEnds(inputs)}`))
  terminal.say(terminal.dim(`  outputs   ${showEnds(outputs)}`))
  if (inputs.some(({ name }) => name.startsWith('noise/')))
    terminal.say(
      terminal.dim('  noise is standard normal, or uniform in (0, 1): the metadata of the file say which'),
    )
}

/** Writes the file. */
export const exportRun = async (o: ExportOptions): Promise<number> => {
  const terminal = terminalOf(process, o.json)
  const task = F.pipe(
    readRun(o.run),
    TE.let('path', ({ folder }) => o.out ?? join(folder, `${o.net ?? 'sampler'}.onnx`)),
    TE.bind('file', (run) => TE.fromEither(fileOf(run, o))),
    TE.tap(({ path }) => requireFilePlace(path, `${o.net ?? 'sampler'}.onnx`)),
    TE.tap(({ path, file }) => writeWhole(path, file.bytes)),
    TE.match(
      (errors) => {
        terminal.warn(showErrors(errors))
        return exitCodeOf(errors)
      },
      ({ folder, path, file }) => {
        sayFile(terminal, o, path, file)
        terminal.json({
          run: folder,
          of: o.net ?? 'sampler',
          file: path,
          bytes: file.bytes.length,
          inputs: shapesOf(file.inputs),
          outputs: shapesOf(file.outputs),
        })
        return exitCodes.done as number
      },
    ),
  )
  return task()
}
