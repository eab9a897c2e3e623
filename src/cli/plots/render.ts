/**
 * Plots drawn: a specification to SVG, an SVG to PNG. Nothing is fetched, no canvas is needed.
 *
 * Errors: a promise that rejects where Vega refuses a specification. Tested in tests/cli/plots/render.test.ts.
 */
import { Resvg } from '@resvg/resvg-js'
import type { VegaLiteSpec } from './style.js'

/** The SVG of a plot, with a transparent ground. Vega is loaded at the first call: it takes half a second. */
export const renderSvg = async (spec: VegaLiteSpec): Promise<string> => {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')])
  const compiled = vegaLite.compile({ background: 'transparent', ...spec }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Warn })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

/** The PNG of an SVG on white, at twice its size for sharp text. */
export const renderPng = (svg: string): Uint8Array =>
  new Resvg(svg, {
    background: 'white',
    fitTo: { mode: 'zoom', value: 2 },
  })
    .render()
    .asPng()
