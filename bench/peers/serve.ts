/**
 * The answering side of the protocol for peers that run in Node. A peer gives one builder for each workload:
 * builder(data, threads) -> run, where run(steps) takes that many training steps and returns the mean objective.
 */
import { createInterface } from 'node:readline'
import type { Ran, Ready, Reply, Request, Workload } from './protocol.js'

export type Steps = (steps: number) => number | Promise<number>

export type Builder = (data: string, threads: number) => Steps | Promise<Steps>

export type Builders = { readonly [W in Workload]?: Builder }

const secondsSince = (began: number): number => (performance.now() - began) / 1000

const prepare = async (
  builder: Builder,
  workload: Workload,
  data: string,
  threads: number,
): Promise<[Steps, Ready]> => {
  const began = performance.now()
  const run = await builder(data, threads)
  const value = await run(1)
  return [run, { ready: workload, buildSeconds: secondsSince(began), value }]
}

const timed = async (run: Steps, workload: Workload, steps: number): Promise<Ran> => {
  const began = performance.now()
  const value = await run(steps)
  const seconds = secondsSince(began)
  return { workload, steps, seconds, stepsPerSecond: steps / seconds, value }
}

const sentence = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n')[0] ?? 'no message'

/** Answers requests until stdin ends. */
export const serve = async (builders: Builders): Promise<void> => {
  const running = new Map<Workload, Steps>()
  const answer = async (request: Request): Promise<Reply> => {
    if ('prepare' in request) {
      const builder = builders[request.prepare]
      if (builder === undefined) return { error: `it has no program for ${request.prepare} yet` }
      const [run, ready] = await prepare(builder, request.prepare, request.data, request.threads)
      running.set(request.prepare, run)
      return ready
    }
    const run = running.get(request.run)
    return run === undefined
      ? { error: `${request.run} was not prepared` }
      : timed(run, request.run, request.steps)
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line) as Request).catch((error: unknown) => ({
      error: sentence(error),
    }))
    process.stdout.write(`${JSON.stringify(reply)}\n`)
  }
}
