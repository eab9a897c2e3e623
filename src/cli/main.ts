#!/usr/bin/env node
/**
 * The program `giry`. All it adds to the commands is the process: arguments in, exit code out.
 */
import { runCommandLine } from './commands.js'
import { exitCodes } from './exitCode.js'

// `giry families | head -1` closes the pipe early, which is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done)
  throw error
})

process.exitCode = await runCommandLine(process.argv.slice(2))
