/** A peer as the runner sees it: a child process that answers one request at a time. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { parseReply, type Reply, type Request } from './protocol.js'

export interface Spec {
  /** As printed in the table, for instance 'torch (eager)'. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

export interface Peer {
  readonly name: string
  /** Sends a request; a peer that dies or takes longer than `patience` seconds is ended and refuses from then on. */
  readonly ask: (request: Request, patience?: number) => Promise<Reply>
  readonly close: () => void
}

/**
 * Threads are set for every library that reads the environment; XLA follows the cores (python/serve.py). OpenMP's
 * threads sleep while they wait: spinning, its default, made torch 20 to 50 times slower beside other work.
 */
const environment = (threads: number): NodeJS.ProcessEnv => ({
  ...process.env,
  OMP_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
  OMP_WAIT_POLICY: process.env.OMP_WAIT_POLICY ?? 'PASSIVE',
  OPENBLAS_NUM_THREADS: String(threads),
  JAX_PLATFORMS: 'cpu',
  TF_CPP_MIN_LOG_LEVEL: '3',
  PYTHONDONTWRITEBYTECODE: '1',
})

/** Keeps the last line of stderr, for the sentence about a death. */
const lastLine = (child: ChildProcess): (() => string) => {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4000)
  })
  return () => text.trim().split('\n').at(-1) ?? ''
}

/** Starts the program of a peer. */
export const open = ({ name, command, args }: Spec, threads: number): Peer => {
  const child = spawn(command, args, { env: environment(threads), stdio: ['pipe', 'pipe', 'pipe'] })
  const said = lastLine(child)
  let waiting: ((reply: Reply) => void) | undefined
  let dead: string | undefined
  const settle = (reply: Reply): void => {
    waiting?.(reply)
    waiting = undefined
  }
  const end = (why: string): void => {
    dead ??= why
    settle({ error: dead })
  }
  createInterface({ input: child.stdout }).on('line', (line) => settle(parseReply(line)))
  child.stdin.on('error', () => end('it closed its input'))
  child.on('error', (error) => end(`it did not start: ${error.message}`))
  child.on('exit', (code) => end(`it ended with code ${code}: ${said()}`))
  const ask = (request: Request, patience = 600): Promise<Reply> =>
    new Promise((resolve) => {
      if (dead !== undefined) return resolve({ error: dead })
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        end(`it did not answer within ${patience} s`)
      }, patience * 1000)
      waiting = (reply) => {
        clearTimeout(timer)
        resolve(reply)
      }
      child.stdin.write(`${JSON.stringify(request)}\n`)
    })
  return { name, ask, close: () => child.stdin.end() }
}
