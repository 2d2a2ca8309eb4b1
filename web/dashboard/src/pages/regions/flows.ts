/** Who is served from where, seen from one region: its own users' traffic, and what its locations serve for others. Pure. */
import type { Flow, LocationLive } from '../../api/types.ts';

export interface Served {
  name: string;
  rps: number;
  /** of the total */
  share: number;
  failed: number;
  refused: number;
}

function summed(flows: readonly Flow[], name: (flow: Flow) => string): Served[] {
  const total = flows.reduce((sum, flow) => sum + flow.rps, 0);
  const known = new Map<string, Served>();
  for (const flow of flows) {
    const key = name(flow);
    const one = known.get(key) ?? { name: key, rps: 0, share: 0, failed: 0, refused: 0 };
    one.rps += flow.rps;
    one.failed += flow.rps * flow.failed_share;
    one.refused += flow.rps * flow.refused_share;
    known.set(key, one);
  }
  return [...known.values()]
    .map((one) => ({
      ...one,
      share: total ? one.rps / total : 0,
      failed: one.rps ? one.failed / one.rps : 0,
      refused: one.rps ? one.refused / one.rps : 0,
    }))
    .sort((a, b) => b.rps - a.rps || (a.name < b.name ? -1 : 1));
}

/** Countries of the region's users, the busiest first. */
export function countriesOf(flows: readonly Flow[], region: string): Served[] {
  return summed(
    flows.filter((flow) => flow.region === region),
    (flow) => flow.country,
  );
}

/** Where the region's users are served. */
export function locationsOf(flows: readonly Flow[], region: string): Served[] {
  return summed(
    flows.filter((flow) => flow.region === region),
    (flow) => flow.location,
  );
}

/** Other regions whose users the region's locations serve. */
export function guestsOf(
  flows: readonly Flow[],
  region: string,
  locations: readonly Pick<LocationLive, 'name' | 'region'>[],
): Served[] {
  const own = new Set(locations.filter((each) => each.region === region).map((each) => each.name));
  return summed(
    flows.filter((flow) => flow.region !== region && own.has(flow.location)),
    (flow) => flow.region,
  );
}

/** Part of the traffic that a drain has taken away by now. */
export function drainedBy(
  drain: { share: number; to: number; over: number; started_at: string },
  now: number,
): { done: number; left: number } {
  const passed = (now - Date.parse(drain.started_at)) / 1000;
  const done = drain.over > 0 ? Math.min(1, Math.max(0, passed / drain.over)) : 1;
  return { done, left: Math.max(0, drain.over - passed) };
}
