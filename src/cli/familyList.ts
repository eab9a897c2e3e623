/**
 * giry families: what can be trained, and on what.
 */
import { families, gameFamilies } from '../models/registry.js'
import { dataNames, sourceOf } from './dataSources.js'
import { exitCodes } from './exitCode.js'
import { terminalOf } from './terminal.js'

const table = (rows: readonly (readonly [string, string])[]): readonly string[] => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, about]) => `  ${name.padEnd(width)}   ${about}`)
}

/** Prints the families and the data sets. */
export const listFamilies = async (): Promise<number> => {
  const terminal = terminalOf(process, false)
  for (const [title, of] of [
    ['families', families],
    ['games', gameFamilies],
  ] as const) {
    terminal.say(terminal.bold(title))
    for (const row of table(Object.values(of).map((f) => [f.name, f.summary]))) terminal.say(row)
  }
  terminal.say(terminal.bold('data'))
  for (const row of table(dataNames.map((name) => [name, sourceOf(name).summary]))) terminal.say(row)
  return exitCodes.done
}
