/**
 * What the loaders need of Node, imported when it is needed: a browser, and a bundler for one, can import the loaders.
 *
 * Each import is caught on the spot, which tells bundlers that it may be absent. Outside Node the promises reject with
 * an error of code NO_NODE. Tested in tests/data/node.test.ts.
 */
import { plainBytes } from './gzip.js'

/** The code of the error that says that this is not Node. */
export const NO_NODE = 'NO_NODE'

/** Rejects in the place of a module that is not there. */
export const outsideNode = (cause: unknown): never => {
  throw Object.assign(new Error('there are no files outside Node', { cause }), { code: NO_NODE })
}

/** The bytes of a file. */
export const readBytes = async (path: string): Promise<Uint8Array> => {
  const fs = await import(/* webpackIgnore: true */ 'node:fs/promises').catch(outsideNode)
  return plainBytes(await fs.readFile(path))
}

/** The function that decompresses gzip. */
export const loadInflate = async (): Promise<(bytes: Uint8Array) => Uint8Array> => {
  const zlib = await import(/* webpackIgnore: true */ 'node:zlib').catch(outsideNode)
  return (bytes) => zlib.gunzipSync(bytes)
}

/** The path of a file of an installed package, seen from a module. */
export const resolveFile = async (file: string, from: string): Promise<string> => {
  const { createRequire } = await import(/* webpackIgnore: true */ 'node:module').catch(outsideNode)
  return createRequire(from).resolve(file)
}
