/**
 * The report of a run: one HTML file that needs nothing else.
 *
 *   No script, no request: style inline, every picture a data URI. Plots and graphs are SVG inside <img>, where
 *   a browser runs no script of theirs. A content security policy in the file says the same to the browser.
 *   Every text is escaped, so no name, option or caption can add a tag.
 *
 * Light or dark as the reader's system is; in the dark, plots (dark on transparent) are inverted.
 * Tested in tests/cli/report.test.ts.
 */

/** One row of the table of results; `unit` stands after the value. */
export type ReportMetric = {
  readonly name: string
  readonly value: number | string
  readonly unit?: string
  readonly note?: string
}

/** A sentence of the verdict: what is so, how much it matters, and what to do about it. */
export type ReportFinding = {
  readonly sentence: string
  readonly severity: 'bad' | 'warning' | 'note' | 'good'
  readonly remedy: string
}

/** A picture with its words. A `plot` is dark on white: it is framed like the others, and inverted in the dark. */
export type ReportPicture = {
  readonly title: string
  readonly caption: string
  readonly png: Uint8Array
  readonly plot?: boolean
}

/** What a report shows, from top to bottom. */
export type ReportContent = {
  readonly title: string
  /** The model in one line or two, such as `z ~ N(0, I), x|z ~ Bernoulli(decode(z))`. */
  readonly graphLine: string
  readonly graphSvg?: string
  /** Plain text; its line breaks and spaces are kept. */
  readonly derivation: string
  readonly config: Readonly<Record<string, string | number>>
  readonly metrics: readonly ReportMetric[]
  /** What follows from the figures, the worst first, where something does. */
  readonly verdict?: readonly ReportFinding[]
  readonly lossSvg?: string
  /** What the curves are of; a bound unless named. */
  readonly lossTitle?: string
  /** What `derivation` is; a derivation unless named. */
  readonly derivationTitle?: string
  readonly pictures: readonly ReportPicture[]
  readonly footer: string
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML shows it, in an element or in a quoted attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c)

const dataUri = (type: string, bytes: Uint8Array): string =>
  `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`

const svgUri = (svg: string): string => dataUri('image/svg+xml', Buffer.from(svg))

/** Numbers with a true minus sign and at most six digits; whole numbers with all of theirs. */
const showValue = (value: string | number): string => {
  if (typeof value === 'string' || !Number.isFinite(value)) return String(value)
  const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
  return text.replace(/^-/, '\u2212')
}

const STYLE = `
:root { color-scheme: light dark; --ground: #fcfcfb; --card: #ffffff; --ink: #1d2129; --soft: #5d6572;
  --line: #e3e5e9; --accent: #b4400c; }
@media (prefers-color-scheme: dark) { :root { --ground: #14161a; --card: #1b1e24; --ink: #e6e8ec;
  --soft: #9aa2af; --line: #2d323b; --accent: #f0915c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.55;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-text-size-adjust: 100%; }
main { max-width: 860px; margin: 0 auto; padding: 56px 24px 40px; }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; letter-spacing: -0.005em; margin: 52px 0 14px; }
h3 { font-size: 1rem; margin: 0 0 2px; }
p { margin: 0 0 12px; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.graph { white-space: pre-line; font-size: 0.95rem; color: var(--soft); margin: 0; }
pre { margin: 0; padding: 18px 20px; overflow-x: auto; font-size: 0.84rem; line-height: 1.65; tab-size: 2;
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
pre.wrap { white-space: pre-wrap; }
.figures { display: flex; flex-wrap: wrap; margin: 32px 0 0; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.figures > div { flex: 1 1 180px; padding: 16px 20px; box-shadow: 1px 1px 0 var(--line); }
.figures dt { font-size: 0.84rem; color: var(--soft); overflow-wrap: anywhere; }
.figures dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: break-word; min-width: 0; }
.figures .value { font-size: 1.65rem; font-weight: 600; line-height: 1.3; letter-spacing: -0.02em; }
.figures .unit, .figures .note { font-size: 0.8rem; color: var(--soft); }
.figures .unit { display: inline-block; }
.figures .note { display: block; }
.figures > div:first-child .value { color: var(--accent); }
.verdict { list-style: none; margin: 24px 0 0; padding: 0; }
.verdict li { padding: 12px 18px; margin: 0 0 8px; background: var(--card); border: 1px solid var(--line);
  border-left: 5px solid var(--soft); border-radius: 8px; overflow-wrap: anywhere; }
.verdict .bad { border-left-color: #dc2626; } .verdict .warning { border-left-color: #d97706; }
.verdict .good { border-left-color: #16a34a; }
.verdict .remedy { display: block; color: var(--soft); font-size: 0.92rem; }
.config { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); column-gap: 40px; margin: 0; }
.config > div { display: flex; justify-content: space-between; gap: 16px; padding: 7px 0;
  border-bottom: 1px solid var(--line); font-size: 0.92rem; }
.config dt { color: var(--soft); overflow-wrap: anywhere; }
.config dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
figure { margin: 0 0 36px; }
img { display: block; max-width: 100%; height: auto; border-radius: 4px; }
figcaption { margin: 0 0 12px; max-width: 62ch; }
figcaption p { color: var(--soft); font-size: 0.92rem; margin: 0; }
.plot { padding: 12px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.plot img { margin: 0 auto; }
.plot img[src^="data:image/png"] { width: 600px; }
.pixels { image-rendering: pixelated; }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--soft);
  font-size: 0.84rem; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { .plot img { filter: invert(1) hue-rotate(180deg);
  mix-blend-mode: screen; } }
@media (max-width: 600px) { main { padding: 32px 16px 24px; } h1 { font-size: 1.6rem; } h2 { margin-top: 40px; }
  .figures > div { flex-basis: 150px; padding: 14px 16px; } .plot { padding: 8px; } .pixels { image-rendering: auto; } }
@media print { main { max-width: none; padding: 0; } figure, .figures > div { break-inside: avoid; } }
`

const section = (title: string, body: string): string =>
  body === '' ? '' : `<section>\n<h2>${escapeHtml(title)}</h2>\n${body}\n</section>\n`

const svgPlot = (svg: string | undefined, description: string): string =>
  svg === undefined
    ? ''
    : `<div class="plot"><img src="${svgUri(svg)}" alt="${escapeHtml(description)}"></div>`

const metric = ({ name, value, unit, note }: ReportMetric): string =>
  [
    `<div><dt>${escapeHtml(name)}</dt>`,
    `<dd><span class="value">${escapeHtml(showValue(value))}</span>`,
    unit === undefined ? '' : ` <span class="unit">${escapeHtml(unit)}</span>`,
    note === undefined ? '' : `<span class="note">${escapeHtml(note)}</span>`,
    '</dd></div>',
  ].join('')

const list = (name: string, rows: readonly string[]): string =>
  rows.length === 0 ? '' : `<dl class="${name}">\n${rows.join('\n')}\n</dl>`

const option = ([name, value]: [string, string | number]): string =>
  `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(showValue(value))}</dd></div>`

const finding = ({ sentence, severity, remedy }: ReportFinding): string =>
  `<li class="${severity}">${escapeHtml(sentence)}${remedy === '' ? '' : `<span class="remedy">${escapeHtml(remedy)}</span>`}</li>`

const verdict = (findings: readonly ReportFinding[]): string =>
  findings.length === 0 ? '' : `<ul class="verdict">\n${findings.map(finding).join('\n')}\n</ul>`

const image = ({ title, png, plot = false }: ReportPicture): string => {
  const source = `src="${dataUri('image/png', png)}" alt="${escapeHtml(title)}"`
  return plot ? `<div class="plot"><img ${source}></div>` : `<img class="pixels" ${source}>`
}

const picture = (shown: ReportPicture): string =>
  [
    `<figure><figcaption><h3>${escapeHtml(shown.title)}</h3><p>${escapeHtml(shown.caption)}</p></figcaption>`,
    `${image(shown)}</figure>`,
  ].join('\n')

/** The report as the text of one HTML file. */
export const report = (content: ReportContent): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeHtml(content.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(content.title)}</h1>
<p class="graph"><code>${escapeHtml(content.graphLine)}</code></p>
</header>
${verdict(content.verdict ?? [])}
${list('figures', content.metrics.map(metric))}
${section(content.lossTitle ?? 'The bound over training', svgPlot(content.lossSvg, content.lossTitle ?? 'The evidence lower bound over the steps of training'))}
${section('Pictures', content.pictures.map(picture).join('\n'))}
${section('The model as a graph', svgPlot(content.graphSvg, content.graphLine))}
${section(content.derivationTitle ?? 'The derivation', content.derivation === '' ? '' : `<pre${content.derivationTitle === undefined ? '' : ' class="wrap"'}>${escapeHtml(content.derivation)}</pre>`)}
${section('The configuration', list('config', Object.entries(content.config).map(option)))}
<footer>${escapeHtml(content.footer)}</footer>
</main>
</body>
</html>
`
