/**
 * Arguments of commands: codecs as options and positions of cmd-ts, and checks that look at several at once.
 *
 *   giry train vae --batch x --seed y      both faults are reported, each with what is allowed
 *
 * cmd-ts takes an option without a value, `--seed` at the end of a line, for one that is absent; here it is a fault.
 * Tested in tests/cli/codecs.test.ts and tests/cli/faults.test.ts.
 */
import { option, positional, type Type } from 'cmd-ts'
import { either as E } from 'fp-ts'
import { refusal, type WordCodec } from './codecs.js'

type Parser = ReturnType<typeof option>
type Context = Parameters<Parser['parse']>[0]
type Fault = { readonly nodes: Context['nodes']; readonly message: string }

const typeOf = <A>(name: string, displayName: string, codec: WordCodec<A>): Type<string, A> => ({
  displayName,
  description: codec.name,
  from: async (text) => {
    const decoded = codec.decode(text)
    if (E.isLeft(decoded)) throw new Error(refusal(name, codec, text))
    return decoded.right
  },
})

/** What an option is called, what it is for, and what its value is called in `--help`. */
export interface Described {
  readonly name: string
  readonly about: string
  readonly placeholder?: string
}

const optionNodes = (context: Context, name: string): Context['nodes'] =>
  context.nodes.filter((node) => node.type === 'longOption' && node.key === name)

const withoutValue = (context: Context, name: string): Context['nodes'] =>
  optionNodes(context, name).filter((node) => node.type === 'longOption' && node.value === undefined)

interface Parses {
  parse(context: Context): Promise<unknown>
}

/** Refuses an option that stands without its value. */
const requireValue = <P extends Parses>(parser: P, name: string, codec: { readonly name: string }): P => ({
  ...parser,
  parse: async (context: Context): Promise<unknown> => {
    const bare = withoutValue(context, name)
    if (bare.length === 0) return parser.parse(context)
    for (const node of bare) context.visitedNodes.add(node)
    return { _tag: 'error', error: { errors: [{ nodes: bare, message: `--${name} needs ${codec.name}` }] } }
  },
})

/** An option with a default, which `--help` shows. */
export const withDefault = <A>(described: Described, codec: WordCodec<A>, defaultValue: A) => {
  const { name, about, placeholder = 'n' } = described
  const type = typeOf(`--${name}`, placeholder, codec)
  const parser = option({
    long: name,
    description: about,
    type,
    defaultValue: () => defaultValue,
    defaultValueIsSerializable: true,
  })
  return requireValue(parser, name, codec)
}

/** An option that may be left out. */
export const optional = <A>({ name, about, placeholder = 'n' }: Described, codec: WordCodec<A>) => {
  const type: Type<string, A | undefined> = typeOf(`--${name}`, placeholder, codec)
  return requireValue(
    option({ long: name, description: about, type, defaultValue: () => undefined }),
    name,
    codec,
  )
}

/** A word that must be there. */
export const required = <A>({ name, about }: Described, codec: WordCodec<A>) => {
  const parser = positional({
    displayName: name,
    description: about,
    type: typeOf(`the ${name}`, name, codec),
  })
  const missing = { nodes: [], message: `the ${name} is missing: it must be ${codec.name}` }
  const parse = async (context: Context): Promise<unknown> =>
    context.nodes.some((node) => node.type === 'positionalArgument' && !context.visitedNodes.has(node))
      ? parser.parse(context)
      : { _tag: 'error', error: { errors: [missing] } }
  return { ...parser, parse } as typeof parser
}

/** A fault that several arguments have together, pointed at one option. */
export interface JointFault {
  readonly option: string
  readonly message: string
}

/** What cmd-ts makes of arguments: their values, or the faults and what could be read nevertheless. */
type Parsed =
  | { readonly _tag: 'ok'; readonly value: unknown }
  | {
      readonly _tag: 'error'
      readonly error: { readonly errors: readonly Fault[]; readonly partialValue?: unknown }
    }

interface Command extends Parses {
  readonly handler: (values: never) => unknown
}

/** The command with a check over its arguments, reported together with the faults of each alone. */
export const checked = <C extends Command>(
  command: C,
  check: (values: Partial<Parameters<C['handler']>[0]>) => readonly JointFault[],
): C => ({
  ...command,
  parse: async (context: Context): Promise<unknown> => {
    const parsed = (await command.parse(context)) as Parsed
    const values = parsed._tag === 'ok' ? parsed.value : (parsed.error.partialValue ?? {})
    const alone = parsed._tag === 'ok' ? [] : parsed.error.errors
    const joint = check(values as never).map((f) => ({
      nodes: optionNodes(context, f.option),
      message: f.message,
    }))
    return joint.length === 0
      ? parsed
      : { _tag: 'error', error: { errors: [...alone, ...joint], partialValue: values } }
  },
})
