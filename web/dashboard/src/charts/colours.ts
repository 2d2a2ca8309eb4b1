/** Which line has which colour. A region has the same one everywhere: on the map, in every chart, in every list. */

const COLOURS = 8;

export function seriesColour(index: number): string {
  return `var(--series-${(index % COLOURS) + 1})`;
}

/** The colour as canvas understands it. */
export function resolved(colour: string): string {
  const name = /^var\((--[a-z0-9-]+)\)$/.exec(colour)?.[1];
  return name ? getComputedStyle(document.documentElement).getPropertyValue(name).trim() : colour;
}

/** Lines in the order of their regions, which is the same everywhere; others as they come. */
export function ordered<Line extends { labels: Record<string, string> }>(
  lines: readonly Line[],
  regions: readonly string[],
): Line[] {
  const place = (line: Line) => regions.indexOf(line.labels.region ?? '');
  return [...lines].sort((a, b) => place(a) - place(b));
}

/** colours for lines: a region's own where the line is of one region, else the first ones that no region of these lines has. */
export function lineColours(
  lines: readonly { labels: Record<string, string> }[],
  regions: readonly string[],
): string[] {
  const region = lines.map((line) => regions.indexOf(line.labels.region ?? ''));
  const ofRegions = new Set(region).size === lines.length && !region.includes(-1);
  return lines.map((_, index) => seriesColour(ofRegions ? (region[index] ?? index) : index));
}
