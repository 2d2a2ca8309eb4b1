/** Lines of a run's charts, and their colours. Pure. */
import type { Line } from '../../api/loadtypes.ts';
import type { ChartLine } from '../../charts/Chart.tsx';
import { seriesColour } from '../../charts/colours.ts';

/** colours: places in the palette. Lines in which nothing was measured are left out. */
export function linesOf(values: Record<string, Line>, colours: readonly number[]): ChartLine[] {
  return Object.entries(values)
    .map(([name, line], index) => ({ name, colour: seriesColour(colours[index] ?? index), values: line }))
    .filter((line) => line.values.some((value) => value !== null));
}

/** A region's own colour, as on every other page; one that is not known any more has one that no other has. */
export function regionColours(names: readonly string[], known: readonly string[]): string[] {
  let next = known.length;
  return names.map((name) => {
    const place = known.indexOf(name);
    return seriesColour(place < 0 ? next++ : place);
  });
}
