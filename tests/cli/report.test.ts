import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeHtml, type ReportContent, report } from '../../src/cli/report.js'

const plain: ReportContent = {
  title: 'A run',
  graphLine: 'z ~ N(0, I)',
  graphSvg: '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
  derivation: 'log P(x) = L_b + KL',
  config: { seed: 1, data: 'mnist' },
  metrics: [
    { name: 'held-out bound', value: -114.9123456, unit: 'nats per datum', note: 'after two epochs' },
  ],
  lossSvg: '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
  pictures: [
    { title: 'Samples', caption: 'from the prior', png: Uint8Array.of(1, 2, 3) },
    { title: 'Codes', caption: 'of the digits', png: Uint8Array.of(1, 2, 3), plot: true },
  ],
  footer: 'the end',
}

/** The tags of a page, each without its attributes' values. */
const skeleton = (html: string): string[] =>
  [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'))

/** What the page shows as text: everything outside tags and style, entities undone. */
const shown = (html: string): string =>
  html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')

const hostile = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '</pre></style></title><b>',
    '<!--',
    '&lt;b&gt;',
    '$& $1 $`',
  ),
)

/** The page of `plain` with this text wherever a text goes. */
const flooded = (t: string): ReportContent => ({
  title: t,
  graphLine: t,
  graphSvg: t,
  derivation: t,
  config: Object.fromEntries([
    [t, t],
    [`${t}2`, 2],
  ]),
  metrics: [{ name: t, value: t, unit: t, note: t }],
  lossSvg: t,
  pictures: plain.pictures.map((picture) => ({ ...picture, title: t, caption: t })),
  footer: t,
})

describe('report', () => {
  it('shows all that it is given', () => {
    const html = report(plain)
    for (const text of ['A run', 'z ~ N(0, I)', 'log P(x) = L_b + KL', 'seed', 'mnist', 'held-out bound']) {
      expect(shown(html)).toContain(text)
    }
    for (const text of [
      '−114.912',
      'nats per datum',
      'after two epochs',
      'Samples',
      'from the prior',
      'the end',
    ]) {
      expect(shown(html)).toContain(text)
    }
    expect(html).toContain('src="data:image/png;base64,AQID"')
    expect(html.match(/src="data:image\/svg\+xml;base64,/g)).toHaveLength(2)
  })

  it('has no script and asks for nothing from outside', () => {
    const html = report(plain)
    expect(html).not.toMatch(/<script|<link|<iframe|javascript:|@import|url\(|https?:/)
    expect(html.match(/(src|href)="(?!data:)/g)).toBeNull()
    expect(html).toContain("default-src 'none'")
  })

  it('has the same tags whatever the texts are, and shows the texts as they are', () => {
    const expected = skeleton(report({ ...plain, config: { seed: 1, data: 2 } }))
    fc.assert(
      fc.property(hostile, (t) => {
        const html = report(flooded(t))
        expect(skeleton(html)).toEqual(expected)
        expect(shown(html)).toContain(t)
      }),
      { numRuns: 500 },
    )
  })

  it('leaves out what is absent', () => {
    const { graphSvg: _g, lossSvg: _l, ...rest } = plain
    const html = report({ ...rest, derivation: '', config: {}, metrics: [], pictures: [] })
    expect(html).not.toMatch(/<h2|<img|<dl|<pre/)
  })

  it('escapes the five characters of HTML', () => {
    expect(escapeHtml(`<a href="x" id='y'>&amp;</a>`)).toBe(
      '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;',
    )
  })

  it('writes numbers with a minus sign, few digits, and integers in full', () => {
    const values = [-0.000123456789, 1234567, 0.1 + 0.2, Number.NaN, 12.3456789]
    const html = shown(report({ ...plain, metrics: values.map((value, i) => ({ name: `m${i}`, value })) }))
    for (const text of ['−0.000123457', '1234567', '0.3', 'NaN', '12.3457']) expect(html).toContain(text)
  })
})
