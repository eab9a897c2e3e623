/**
 * The arguments of `giry export`. Tested in tests/cli/export.test.ts.
 */
import { command, flag } from 'cmd-ts'
import { noiseSources } from '../inference/toOnnx/options.js'
import { checked, type JointFault, optional } from './arguments.js'
import { netName, oneOf, path } from './codecs.js'
import { exportRun } from './exportRun.js'
import { json, run } from './namedArguments.js'

interface ExportChoice {
  readonly net?: string | undefined
  readonly sampler?: boolean
  readonly noise?: string | undefined
}

const exportFaults = ({ net, sampler, noise }: ExportChoice): readonly JointFault[] =>
  net === undefined
    ? []
    : [
        ...(sampler === true
          ? [
              {
                option: 'net',
                message: `--net ${net} and --sampler name two things to write: pass one of them`,
              },
            ]
          : []),
        ...(noise === undefined
          ? []
          : [{ option: 'noise', message: `--noise is for samplers, and the net '${net}' draws nothing` }]),
      ]

/** giry export. */
export const exportCommand = checked(
  command({
    name: 'export',
    description: 'write a net or the sampler of a run as an ONNX file',
    args: {
      run,
      net: optional({ name: 'net', about: 'the net to write', placeholder: 'name' }, netName),
      sampler: flag({ long: 'sampler', description: 'write the sampler of the model, as without --net' }),
      noise: optional(
        {
          name: 'noise',
          about: 'noise of the sampler: an input, or drawn inside [default: input]',
          placeholder: noiseSources.join('|'),
        },
        oneOf(noiseSources),
      ),
      out: optional(
        {
          name: 'out',
          about: 'the file [default: <net>.onnx or sampler.onnx in the run]',
          placeholder: 'onnx',
        },
        path,
      ),
      json,
    },
    handler: exportRun,
  }),
  exportFaults,
)
