/**
 * The gradient methods by name: what each needs of a site, and which of them each kind of objective has. Each rule twice, in the
 * same words: as a type, which makes the compiler print the sentence, and as a check at construction (methodFaults.ts).
 *
 *   a method is allowed at a site  iff  the objective has it and the site has the capability that it needs
 *
 * Options of methods: methods.ts. Tested in tests/types/methods.test-d.ts and tests/dsl/methods.test.ts.
 */
import { type Capability, can } from './distribution.js'
import { type GiryError, giryError } from './error.js'
import type { OptionFault } from './methods.js'
import type { Model, Site, SiteNames } from './model.js'

/** Every gradient method by name, with the capability that it needs of a site. */
export const methodNeeds = {
  pathwise: 'pathwise',
  stickingTheLanding: 'pathwise',
  doublyReparameterized: 'pathwise',
  score: 'density',
  vimco: 'density',
  enumerate: 'enumerable',
  gumbelSoftmax: 'relaxable',
  straightThrough: 'relaxable',
  rebar: 'relaxable',
  relax: 'relaxable',
  measureValued: 'weakDerivative',
} as const satisfies Record<string, Capability>

type Needs = typeof methodNeeds

/**
 * The methods that each kind of objective has. An expectation has no log q that sticking the landing could hold fixed; bounds on
 * importance weights lack what needs a sum of terms, and have two methods of their own.
 */
export const methodsOf = {
  elbo: [
    'pathwise',
    'stickingTheLanding',
    'score',
    'enumerate',
    'gumbelSoftmax',
    'straightThrough',
    'rebar',
    'relax',
    'measureValued',
  ],
  expect: [
    'pathwise',
    'score',
    'enumerate',
    'gumbelSoftmax',
    'straightThrough',
    'rebar',
    'relax',
    'measureValued',
  ],
  importance: ['pathwise', 'stickingTheLanding', 'doublyReparameterized', 'score', 'vimco', 'enumerate'],
} as const satisfies Record<string, readonly (keyof Needs)[]>

type MethodsOf = { readonly [O in keyof typeof methodsOf]: (typeof methodsOf)[O][number] }

/** The objectives whose methods may have options, and the methods that each has, for the compiler. */
export type Objectives = Pick<MethodsOf, 'elbo' | 'expect'>

/** The name of a gradient method of `elbo`. */
export type MethodName = MethodsOf['elbo']

/** The name of a gradient method of a bound on importance weights. */
export type ImportanceMethodName = MethodsOf['importance']

/** A gradient method with options of its own (methods.ts). */
export interface MethodWithOptions<N extends string = MethodName> {
  readonly method: N
}

/** How the gradient through a site is estimated: the name of a method, or a method with its options. */
export type GradientMethod = MethodName | MethodWithOptions

/** What may be asked for, any name among it: the sentences say what is no method, and what an objective lacks. */
export type AskedMethod = GradientMethod | keyof Needs | AnyName | MethodWithOptions<string>

/** A string, written so that editors still offer the names beside it. */
type AnyName = string & Record<never, never>

/** The name of a method. */
export type NameOfMethod<M> = M extends string ? M : M extends MethodWithOptions<infer N> ? N : never

/** The name of a method, at run time. */
export const nameOfMethod = <N extends string>(method: N | MethodWithOptions<N>): N =>
  typeof method === 'string' ? method : method?.method

/** The sentence for a site S that lacks the capability that a gradient method needs. */
export type CapabilityFault<K extends string, S, N extends keyof Needs> = S extends {
  readonly capabilities: infer C
  readonly family: infer F extends string
}
  ? Needs[N] extends keyof C
    ? never
    : `site '${K}': the gradient method '${N}' needs the capability '${Needs[N]}', which ${F} lacks`
  : never

/** The first sentence, if there is one; otherwise the second. */
export type OrElse<First, Second> = [First] extends [never] ? Second : First

/** The sentence for a gradient method that a site of q, or the objective, does not allow. */
export type MethodFault<Q, M, O extends keyof Objectives = 'elbo'> =
  Q extends Model<unknown, unknown, infer RQ>
    ? {
        [K in keyof M & SiteNames<RQ>]: NameOfMethod<M[K]> extends infer N extends string
          ? N extends Objectives[O]
            ? OrElse<CapabilityFault<K, RQ[K], N>, OptionFault<K, M[K]>>
            : N extends keyof Needs
              ? `site '${K}': ${O} has no gradient method '${N}'`
              : `site '${K}': '${N}' is not one of the gradient methods ${Listed<(typeof methodsOf)[O]>}`
          : never
      }[keyof M & SiteNames<RQ>]
    : never

/** Names with commas between them. */
type Listed<Names extends readonly string[]> = Names extends readonly [
  infer First extends string,
  ...infer Rest extends readonly string[],
]
  ? Rest extends readonly []
    ? First
    : `${First}, ${Listed<Rest>}`
  : never

/** Methods by site that q and the objective allow; otherwise the sentences. */
export type AllowedMethods<Q, M, O extends keyof Objectives> = M & {
  readonly [K in keyof M]: [MethodFault<Q, Pick<M, K>, O>] extends [never]
    ? unknown
    : { readonly error: MethodFault<Q, Pick<M, K>, O> }
}

/** The run-time twin of `CapabilityFault`. */
export const capabilityFaults = (
  name: string,
  site: Site,
  method: keyof typeof methodNeeds,
): readonly GiryError[] =>
  can(site, methodNeeds[method])
    ? []
    : [
        giryError(
          'model',
          name,
          `site '${name}': the gradient method '${method}' needs the capability '${methodNeeds[method]}', which ${site.family} lacks`,
          'choose another method, or leave the choice to giry',
        ),
      ]
