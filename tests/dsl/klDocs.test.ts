/** docs/distributions.md lists every closed form of the table; `UPDATE_DOCS=1 npx vitest run tests/dsl/klDocs.test.ts` rewrites it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { klTable } from '../../src/dsl/kl.js'
import { closedForms } from '../../src/inference/derive/closedForms.js'
import type { Prose } from '../../src/inference/derive/formula.js'

const file = new URL('../../docs/distributions.md', import.meta.url)
const [begin, end] = ['<!-- closed forms: begin -->', '<!-- closed forms: end -->']

const plain = (prose: Prose): string =>
  prose.map((part) => (typeof part === 'string' ? part : `\`${part.text}\``)).join('')
const cell = (text: string): string => text.replaceAll('|', '\\|')

/** One line for each row of the table. */
const table = (): string =>
  [
    '| q | p | KL(q ‖ p), in nats | where |',
    '|---|---|---|---|',
    ...Object.keys(klTable)
      .sort()
      .map((pair) => {
        const [q, p] = pair.split('|')
        const form = closedForms[pair as 'normal|normal']
        return `| ${q} | ${p} | ${form === undefined ? '' : `\`${cell(form.formula.text)}\``} | ${form === undefined ? '' : cell(plain(form.where))} |`
      }),
  ].join('\n')

it('is the table of the code', () => {
  const text = readFileSync(file, 'utf8')
  const [before = '', rest = ''] = text.split(begin)
  const after = rest.split(end)[1] ?? ''
  const expected = `${before}${begin}\n${table()}\n${end}${after}`
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, expected)
  else expect(text).toBe(expected)
})
