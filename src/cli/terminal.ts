/**
 * What a command prints, and where.
 *
 *   say     words for people: standard output, or standard error where `json` claims standard output
 *   warn    faults and interruptions: standard error
 *   json    one line, the last one, on standard output
 *
 * Color only on a terminal, and not under NO_COLOR. Tested in tests/cli/terminal.test.ts.
 */

/** A place to write text, such as process.stdout. */
export interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** The words and the result of a command. */
export interface Terminal {
  readonly say: (text?: string) => void
  readonly warn: (text: string) => void
  readonly json: (result: unknown) => void
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  /** Where progress is drawn. */
  readonly progress: Stream
}

/** The streams of a process. */
export interface Streams {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly env: Readonly<Record<string, string | undefined>>
}

const painted =
  (code: number, on: boolean) =>
  (text: string): string =>
    on ? `\u001b[${code}m${text}\u001b[0m` : text

/** The terminal of a command; with `json`, standard output is kept for the one line. */
export const terminalOf = ({ stdout, stderr, env }: Streams, json: boolean): Terminal => {
  const words = json ? stderr : stdout
  const color = words.isTTY === true && (env.NO_COLOR ?? '') === ''
  return {
    say: (text = '') => void words.write(`${text}\n`),
    warn: (text) => void stderr.write(`${text}\n`),
    json: (result) => void (json && stdout.write(`${JSON.stringify(result)}\n`)),
    bold: painted(1, color),
    dim: painted(2, color),
    progress: stderr,
  }
}
