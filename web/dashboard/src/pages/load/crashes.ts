/** What failed where and when, in the order in which it is read: region by region, the most first. Pure. */
import type { Crash } from '../../api/loadtypes.ts';

export interface CrashRegion {
  region: string;
  n: number;
  crashes: Crash[];
}

export function byRegion(crashes: readonly Crash[]): CrashRegion[] {
  const regions = new Map<string, Crash[]>();
  for (const crash of crashes) regions.set(crash.region, [...(regions.get(crash.region) ?? []), crash]);
  return [...regions]
    .map(([region, found]) => ({
      region,
      n: found.reduce((sum, crash) => sum + crash.n, 0),
      crashes: found.sort((a, b) => b.n - a.n),
    }))
    .sort((a, b) => b.n - a.n);
}

/** by_time in `columns` columns over `seconds`: how many failed in each. */
export function strip(crash: Pick<Crash, 'by_time'>, seconds: number, columns: number): number[] {
  const counts = new Array<number>(columns).fill(0);
  for (const [at, n] of crash.by_time) {
    const column = Math.min(columns - 1, Math.max(0, Math.floor((at / Math.max(seconds, 1)) * columns)));
    counts[column] = (counts[column] ?? 0) + n;
  }
  return counts;
}
