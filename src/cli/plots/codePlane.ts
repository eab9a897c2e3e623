/**
 * Codes in the plane, colored by class. Tested in tests/cli/plots/codePlane.test.ts.
 */
import { config, extent, SCHEMA, type VegaLiteSpec } from './style.js'

/** A code in the plane and the class that colors it. */
export type CodePoint = { readonly x: number; readonly y: number; readonly label: string | number }

const byNumberThenText = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1

/** Codes in the plane: one small dot each, one color a class, both axes to the same scale. */
export const codePlaneScatter = (codes: readonly CodePoint[]): VegaLiteSpec => {
  const classes = [...new Set(codes.map(({ label }) => label))].sort(byNumberThenText)
  const finite = codes.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  const [, reach] = extent([1, ...finite.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)])])
  const axis = (field: 'x' | 'y', title: string) => ({
    field,
    type: 'quantitative' as const,
    title,
    scale: { domain: [-reach, reach], nice: true },
    axis: { tickCount: 7 },
  })
  return {
    $schema: SCHEMA,
    description: 'The codes of the held-out data, colored by class',
    width: 460,
    height: 460,
    padding: 12,
    config,
    data: { values: finite.map(({ x, y, label }) => ({ x, y, label: String(label) })) },
    mark: { type: 'circle', size: 14, opacity: 0.65 },
    encoding: {
      x: axis('x', 'first coordinate of the code'),
      y: axis('y', 'second coordinate of the code'),
      color: {
        field: 'label',
        type: 'nominal',
        title: 'class',
        sort: classes.map(String),
        scale: { domain: classes.map(String), scheme: classes.length > 10 ? 'category20' : 'category10' },
        legend: { symbolSize: 90, symbolOpacity: 1 },
      },
    },
  }
}
