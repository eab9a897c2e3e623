#!/usr/bin/env node
/**
 * The program `giry`. All it adds to the commands is the process: arguments in, exit code out.
 */
import { runCommandLine } from './commands.js'
import { exitCodes } from './exitCode.js'

const words = process.argv.slice(2)

// `giry families | head -1` closes the pipe early, which is no fault. A training goes on when nobody listens any
// more, or the terminal is gone: what it computes is kept in files.
const onStreamError = (error: NodeJS.ErrnoException): void => {
  if (words[0] === 'train') return
  if (error.code === 'EPIPE') process.exit(exitCodes.done)
  throw error
}
process.stdout.on('error', onStreamError)
process.stderr.on('error', onStreamError)

process.exitCode = await runCommandLine(words)
