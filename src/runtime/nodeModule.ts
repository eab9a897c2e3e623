/**
 * Node's own modules, for code that browsers load too.
 *
 *   nodeModule('node:os')   only where `process.versions.node` exists
 *
 * The name is an argument of `import`, so that no bundler for browsers looks for the module.
 * Tested in tests/package/browser.test.ts.
 */

/** The modules that are used. */
interface NodeModules {
  readonly 'node:fs/promises': Pick<typeof import('node:fs/promises'), 'readdir' | 'readFile'>
  readonly 'node:module': Pick<typeof import('node:module'), 'createRequire'>
  readonly 'node:os': Pick<typeof import('node:os'), 'availableParallelism'>
  readonly 'node:path': Pick<typeof import('node:path'), 'basename' | 'dirname' | 'join'>
}

/** Imports one of Node's modules. */
export const nodeModule = <N extends keyof NodeModules>(name: N): Promise<NodeModules[N]> =>
  import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<NodeModules[N]>
