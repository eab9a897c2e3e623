/**
 * Training steps as `fit` takes them, some at a time: a fit that pauses.
 *
 * What is timed is all that `fit` does for a step: gather the minibatch, draw the noise, value and gradient, update the
 * parameters, history and events. The pause is an awaited checkpoint; its own time (a copy of the parameters) is not counted.
 */
import * as g from '../../src/index.js'
import type { Target } from '../workloads/workload.js'
import type { Contender } from './rounds.js'

/** What is trained, and how. */
export interface StepOptions {
  readonly data: Readonly<Record<string, Float32Array>>
  readonly batch: number
  readonly runtime: g.RuntimeName
  readonly threads?: number | undefined
  readonly params?: unknown
}

/** One chunk of steps. */
export interface Chunk {
  readonly steps: number
  readonly milliseconds: number
  /** Mean of the objective of the first player. */
  readonly value: number
}

/** A fit that pauses. */
export interface Stepper {
  readonly runtime: string
  readonly threads: number
  /** From the call of `fit` until the steps are built. */
  readonly buildMilliseconds: number
  /** The first step. */
  readonly first: Chunk
  /** So many steps. */
  readonly run: (steps: number) => Promise<Chunk>
  readonly dispose: () => Promise<void>
}

interface Gate {
  /** Called within the fit: hands out a chunk and waits until the next one is asked for. */
  readonly pause: (chunk: Chunk) => Promise<void>
  /** Called outside of it. */
  readonly next: () => Promise<Chunk>
  /** Lets the fit go on. */
  readonly release: () => void
  readonly fail: (thrown: unknown) => void
}

const gate = (): Gate => {
  let goOn = (): void => undefined
  let deliver: (chunk: Chunk) => void = () => undefined
  let reject: (thrown: unknown) => void = () => undefined
  let coming: Promise<Chunk>
  const expect = (): void => {
    coming = new Promise((resolve, refuse) => {
      deliver = resolve
      reject = refuse
    })
  }
  expect()
  return {
    pause: (chunk) => {
      deliver(chunk)
      return new Promise((resolve) => {
        goOn = resolve
      })
    },
    next: () => {
      const wanted = coming
      void wanted.finally(expect).catch(() => undefined)
      goOn()
      return wanted
    },
    release: () => goOn(),
    fail: (thrown) => reject(thrown),
  }
}

/** Builds the steps and takes the first. */
export const startSteps = async (target: Target, options: StepOptions): Promise<Stepper> => {
  const { data, batch, runtime, threads, params } = options
  const { pause, next, release, fail } = gate()
  const abort = new AbortController()
  const began = performance.now()
  const steps = { resumed: began, last: began, taken: 0, total: 0, until: 1 }
  let start: Extract<g.FitEvent, { type: 'start' }> | undefined
  let buildMilliseconds = Number.NaN
  const onEvent = (event: g.FitEvent): void => {
    if (event.type === 'notice') throw new Error(event.message)
    if (event.type === 'start') {
      start = event
      steps.resumed = performance.now()
      buildMilliseconds = steps.resumed - began
    }
    if (event.type !== 'step') return
    steps.last = performance.now()
    steps.taken++
    steps.total += Object.values(event.values)[0] ?? Number.NaN
  }
  const write = async (): Promise<void> => {
    const { taken, total, last, resumed } = steps
    await pause({ steps: taken, milliseconds: last - resumed, value: total / taken })
    Object.assign(steps, { taken: 0, total: 0, resumed: performance.now() })
  }
  const fitted = g.orThrow(
    g.fit(target as never, {
      data: data as never,
      batch,
      runtime,
      optimizer: g.adam(1e-3),
      steps: Number.MAX_SAFE_INTEGER,
      seed: 1,
      signal: abort.signal,
      onEvent,
      // A step is a multiple of `until` for the first time when it is `until`.
      checkpoint: {
        get every() {
          return steps.until
        },
        write,
      },
      ...(threads === undefined ? {} : { threads }),
      ...(params === undefined ? {} : { params: params as never }),
    }),
  )
  fitted.catch(fail)
  const first = await next()
  return {
    runtime: start?.runtime ?? 'unknown',
    threads: start?.threads ?? 1,
    buildMilliseconds,
    first,
    run: (count) => {
      steps.until += count
      return next()
    },
    dispose: async () => {
      abort.abort()
      release()
      await fitted
    },
  }
}

/** A stepper as a contender: so many steps in a round. */
export const stepping = (name: string, stepper: Stepper, steps: number): Contender => ({
  name,
  run: async () => (await stepper.run(steps)).milliseconds / steps,
})
