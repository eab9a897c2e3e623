/** Who takes part: each peer's program, and what must be installed for it. */
import { join } from 'node:path'
import { installJaxJs, installPython, python } from './install.js'
import type { Spec } from './peer.js'

const here = import.meta.dirname

const pythonPeer = (name: string, file: string, ...args: string[]): Spec => ({
  name,
  command: python,
  args: [join(here, 'python', file), ...args],
})

const nodePeer = (name: string, file: string): Spec => ({
  name,
  command: process.execPath,
  args: ['--import', 'tsx', join(here, file)],
})

const pythonPeers = [
  pythonPeer('jax (jit)', 'jax_peer.py'),
  pythonPeer('numpyro (jit)', 'numpyro_peer.py'),
  pythonPeer('torch (eager)', 'torch_peer.py', 'eager'),
  pythonPeer('torch (fused Adam)', 'torch_peer.py', 'fused'),
  pythonPeer('torch.compile', 'torch_peer.py', 'compile'),
  pythonPeer('pyro', 'pyro_peer.py'),
]

/** The row that the ratios refer to. */
export const reference = 'giry'

export interface Entrant {
  readonly spec: Spec
  /** Why it cannot start, or undefined. */
  readonly absent: string | undefined
}

/** Installs what is needed for the named peers (all, where the list is empty). */
export const lineUp = async (names: readonly string[]): Promise<Entrant[]> => {
  const wanted = ({ name }: Spec): boolean =>
    names.length === 0 || names.some((part) => name.startsWith(part))
  const groups = [
    { specs: [nodePeer(reference, 'giry.ts')], install: async () => undefined },
    { specs: pythonPeers, install: installPython },
    { specs: [nodePeer('jax-js (wasm, 1 thread)', 'jaxJs.mjs')], install: installJaxJs },
  ]
  const entrants: Entrant[] = []
  for (const { specs, install } of groups) {
    const asked = specs.filter(wanted)
    const absent = asked.length > 0 ? await install() : undefined
    entrants.push(...asked.map((spec) => ({ spec, absent })))
  }
  return entrants
}
