/** A latency heatmap as numbers: which cells there are, what colour they have, which one is under a pointer. Pure. */
import type { HeatmapData } from '../../api/loadtypes.ts';
import { digits } from '../../format/numbers.ts';

/** Columns are times, rows latencies, the shortest first. */
export interface Grid {
  at: readonly number[];
  /** seconds of a column */
  step: number;
  /** rows are from `low` to `high`, ms */
  rows: readonly { low: number; high: number }[];
  counts: readonly (readonly number[])[];
  most: number;
  /** the highest row also has everything that took longer */
  open: boolean;
}

/** Latencies that nobody had are cut off at both ends; columns and rows are added up until there are at most so many. */
export function gridOf(data: HeatmapData, columns: number, rows: number): Grid {
  const bounds = data.bounds_ms;
  const used = bounds.map((_, row) => data.counts.some((column) => (column[row] ?? 0) > 0));
  const [first, last] = [used.indexOf(true), used.lastIndexOf(true)];
  if (first < 0) return { at: [], step: data.step, rows: [], counts: [], most: 0, open: false };
  const wide = Math.max(1, Math.ceil(data.at.length / Math.max(1, columns)));
  const tall = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, rows)));
  const low = (row: number) => (row > 0 ? (bounds[row - 1] ?? 0) : 0);
  const starts = every(first, last + 1, tall);
  const counts = every(0, data.at.length, wide).map((column) =>
    starts.map((row) => {
      let sum = 0;
      for (let x = column; x < Math.min(column + wide, data.at.length); x += 1)
        for (let y = row; y < Math.min(row + tall, last + 1); y += 1) sum += data.counts[x]?.[y] ?? 0;
      return sum;
    }),
  );
  return {
    at: every(0, data.at.length, wide).map((column) => data.at[column] ?? 0),
    step: data.step * wide,
    rows: starts.map((row) => ({
      low: low(row),
      high: bounds[Math.min(row + tall - 1, last)] ?? low(row),
    })),
    counts,
    most: counts.reduce((most, column) => Math.max(most, ...column), 0),
    open: last === bounds.length - 1,
  };
}

function every(from: number, to: number, step: number): number[] {
  return Array.from(
    { length: Math.max(0, Math.ceil((to - from) / step)) },
    (_, index) => from + index * step,
  );
}

/** From 0 (nobody) to 1 (the most): by the logarithm, so that one slow request among thousands of fast ones is seen. */
export function warmth(count: number, most: number): number {
  return count > 0 && most > 0 ? 0.12 + (0.88 * Math.log1p(count)) / Math.log1p(most) : 0;
}

/** A colour between those of `stops` (#rrggbb). */
export function between(stops: readonly string[], warmth: number): string {
  const place = Math.min(Math.max(warmth, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(place), stops.length - 2);
  const [from, to] = [rgb(stops[index] ?? ''), rgb(stops[index + 1] ?? stops[index] ?? '')];
  const mixed = from.map((part, channel) =>
    Math.round(part + ((to[channel] ?? part) - part) * (place - index)),
  );
  return `rgb(${mixed.join(' ')})`;
}

function rgb(hex: string): number[] {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16) || 0);
}

export interface Cell {
  column: number;
  row: number;
}

/** x from the left and y from the top, as shares of the whole; null beside it. */
export function cellAt(grid: Grid, x: number, y: number): Cell | null {
  if (!grid.rows.length || !grid.at.length || x < 0 || x >= 1 || y < 0 || y >= 1) return null;
  return {
    column: Math.floor(x * grid.at.length),
    row: grid.rows.length - 1 - Math.floor(y * grid.rows.length),
  };
}

const MOVES: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  PageUp: [0, 5],
  PageDown: [0, -5],
  Home: [-1e9, 0],
  End: [1e9, 0],
};

/** The cell that a key leads to; null for a key that leads nowhere. The first key goes to the newest column's fullest cell. */
export function moved(grid: Grid, cell: Cell | null, key: string): Cell | null {
  const move = MOVES[key];
  if (!move || !grid.at.length) return null;
  if (!cell) {
    const column = grid.at.length - 1;
    const counts = grid.counts[column] ?? [];
    return { column, row: Math.max(0, counts.indexOf(Math.max(...counts))) };
  }
  const within = (value: number, length: number) => Math.min(Math.max(value, 0), length - 1);
  return {
    column: within(cell.column + move[0], grid.at.length),
    row: within(cell.row + move[1], grid.rows.length),
  };
}

/** Latencies for the axis, as places from 0 (the lowest) to 1: at round numbers that are not too near to each other. */
export function ticks(grid: Grid, apart: number): { ms: number; place: number }[] {
  const found: { ms: number; place: number }[] = [];
  for (const ms of ROUND) {
    if (ms < (grid.rows[0]?.high ?? 0) / 2) continue;
    const place = placeOf(grid, ms);
    if (place === null || (found.at(-1)?.place ?? -1) + apart > place) continue;
    found.push({ ms, place });
  }
  return found;
}

const ROUND = [-2, -1, 0, 1, 2, 3, 4, 5].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));

/** Where a latency lies, within its row by the logarithm as bounds are. */
export function placeOf(grid: Grid, ms: number): number | null {
  const row = grid.rows.findIndex((each) => ms > each.low && ms <= each.high);
  const found = grid.rows[row];
  if (!found) return null;
  const low = Math.max(found.low, found.high / 2);
  const within = ms <= low ? 0 : Math.log(ms / low) / Math.log(found.high / low);
  return (row + within) / grid.rows.length;
}

/** Latencies of a row, as "40.0–45.0 ms"; the highest one may have longer ones too. */
export function spanOf(grid: Grid, row: number): string {
  const found = grid.rows[row];
  if (!found) return '';
  const longer = grid.open && row === grid.rows.length - 1 ? ' or longer' : '';
  return `${digits(found.low)}–${digits(found.high)} ms${longer}`;
}
