// npm run -s giry -- <arguments>: the command line of this checkout, built first when dist is missing or older than
// src. The program runs in this very process, so its output, exit code and signals are its own.
import { pathToFileURL } from 'node:url'
import { build, isStale, main } from './build.mjs'

const status = isStale() ? build() : 0
if (status !== 0) process.exit(status)
process.argv[1] = main
await import(pathToFileURL(main).href)
