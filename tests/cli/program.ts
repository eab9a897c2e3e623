/**
 * The program as a user runs it: a process of its own, in a directory of its own, from the sources.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const loader = import.meta.resolve('tsx')

/** What a process did. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running program. */
export interface Running {
  readonly ended: Promise<Ended>
  /** Resolves when the text has turned up on either stream. */
  readonly shows: (text: string) => Promise<void>
  readonly signal: (name: NodeJS.Signals) => void
  /** Closes the reading ends of its streams. */
  readonly deafen: () => void
}

/** Starts `giry …args` in `cwd`. */
export const start = (cwd: string, args: readonly string[]): Running => {
  const child = spawn(process.execPath, ['--import', loader, main, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  })
  const texts = { stdout: '', stderr: '' }
  const watchers: (() => void)[] = []
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
      for (const watch of watchers) watch()
    })
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...texts })))
  const shows = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const watch = () => (texts.stdout + texts.stderr).includes(text) && resolve()
      watchers.push(watch)
      watch()
      void ended.then((e) => reject(new Error(`'${text}' never turned up:\n${e.stdout}\n${e.stderr}`)))
    })
  const deafen = () => {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  return { ended, shows, signal: (name) => void child.kill(name), deafen }
}

/** Runs `giry …args` in `cwd` to its end. */
export const giry = (cwd: string, ...args: readonly string[]): Promise<Ended> => start(cwd, args).ended

/** A new empty directory, and its removal. */
export const temporary = async (): Promise<{
  readonly path: string
  readonly remove: () => Promise<void>
}> => {
  const path = await mkdtemp(join(tmpdir(), 'giry-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Options that make a training short. */
export const short = ['--limit', '500', '--steps', '20', '--hidden', '32'] as const
