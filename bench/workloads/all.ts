/**
 * Every workload.
 */
import { convVaeWorkload } from './convVae.js'
import { iwaeWorkload } from './iwae.js'
import { twoPlayersWorkload } from './twoPlayers.js'
import { vaeWorkload } from './vae.js'
import type { Workload } from './workload.js'

/** Every workload, in the order of the table. */
export const workloads: readonly Workload[] = [vaeWorkload, convVaeWorkload, iwaeWorkload, twoPlayersWorkload]

/** The workload of this name. */
export const workloadNamed = (name: string | undefined): Workload => {
  const found = workloads.find((w) => w.name === name)
  if (found !== undefined) return found
  throw new RangeError(
    `there is no workload '${name}': use one of ${workloads.map((w) => w.name).join(', ')}`,
  )
}
