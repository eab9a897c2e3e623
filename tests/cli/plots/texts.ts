/** The texts of an SVG, in the order in which they are drawn. */
export const texts = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, t]) => t ?? '')
