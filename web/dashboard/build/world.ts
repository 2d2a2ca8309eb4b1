/** Turns the public-domain shapes of the world's countries into SVG paths while the page is built, so that no map library and no
 * projection of shapes is shipped: about 25 kB compressed instead of 70. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { geoNaturalEarth1, geoPath } from 'd3-geo';
import countries from 'i18n-iso-countries';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Plugin } from 'vite';
import { FRAME } from '../src/map/projection.ts';

const NAME = 'virtual:world';
/** Shapes without a number of their own in the source, and the country whose traffic they belong to. */
const UNNUMBERED: Record<string, string> = { 'N. Cyprus': 'CY', Somaliland: 'SO' };

export interface World {
  /** ISO 3166-1 alpha-2 -> path in the frame of `map/projection.ts`; '' holds land that is nobody's. */
  shapes: Record<string, string>;
  /** ISO 3166-1 alpha-2 -> [latitude, longitude] of its middle. */
  middles: Record<string, [number, number]>;
}

export function world(): World {
  const require = createRequire(import.meta.url);
  const topology = JSON.parse(
    readFileSync(require.resolve('world-atlas/countries-110m.json'), 'utf8'),
  ) as Topology<{
    countries: GeometryCollection<{ name: string }>;
  }>;
  const projection = geoNaturalEarth1().scale(FRAME.scale).translate([FRAME.x, FRAME.y]).precision(0.4);
  const path = geoPath(projection).digits(1);
  const shapes: Record<string, string> = {};
  for (const shape of feature(topology, topology.objects.countries).features) {
    const name = shape.properties.name;
    if (name === 'Antarctica') continue;
    const code =
      (shape.id === undefined ? '' : countries.numericToAlpha2(shape.id)) || UNNUMBERED[name] || '';
    shapes[code] = (shapes[code] ?? '') + (path(shape) ?? '');
  }
  return { shapes, middles: middles() };
}

/** The same table that Meridian's own Python side reads. */
function middles(): World['middles'] {
  const file = join(dirname(fileURLToPath(import.meta.url)), '../../../src/meridian/geo/countries.csv');
  const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return Object.fromEntries(
    rows.map((row) => {
      const cells = row.split(',');
      return [cells[0] ?? '', [Number(cells.at(-2)), Number(cells.at(-1))]];
    }),
  );
}

export function worldPlugin(): Plugin {
  return {
    name: 'meridian-world',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) =>
      id === `\0${NAME}`
        ? `export default JSON.parse(${JSON.stringify(JSON.stringify(world()))})`
        : undefined,
  };
}
