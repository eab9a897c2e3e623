/**
 * Arguments that several commands have: the run they read, and the line of JSON they end with.
 */
import { flag } from 'cmd-ts'
import { required } from './arguments.js'
import { path } from './codecs.js'

/** The run to read. */
export const run = required({ name: 'run', about: 'the directory of a run, or its name under runs/' }, path)

/** Whether standard output is kept for one line of JSON. */
export const json = flag({
  long: 'json',
  description: 'end standard output with one line of JSON; words go to standard error',
})
