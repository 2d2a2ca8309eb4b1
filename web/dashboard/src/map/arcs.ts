/** What the map draws of the traffic: pure, so that it can be tested without a screen. */
import type { Flow, LocationLive } from '../api/types.ts';
import { FRAME, project } from './projection.ts';

export type Outcome = 'ok' | 'warn' | 'bad';

export interface Arc {
  key: string;
  path: string;
  width: number;
  outcome: Outcome;
  flow: Flow;
}

export interface Spot {
  location: LocationLive;
  x: number;
  y: number;
}

/** Arcs drawn at most; smaller flows are in the list beside the map. */
export const MOST_ARCS = 70;

/** Shares from which a country's traffic counts as failing or as refused. */
const FAILING = 0.02;
const REFUSED = 0.1;
/** Units that two locations' markers stay apart at scale 1, so that neighbours can be told apart on a map of the world. */
const APART = 30;

export function outcomeOf(flow: Flow): Outcome {
  if (flow.failed_share >= FAILING) return 'bad';
  return flow.refused_share >= REFUSED ? 'warn' : 'ok';
}

/** Where each location's marker is: its place, pushed away from those of its neighbours. scale: of the markers. */
export function spots(locations: readonly LocationLive[], scale = 1): Spot[] {
  const apart = APART * scale;
  const placed = locations.map((location) => {
    const [x, y] = project(location.latitude, location.longitude);
    return { location, x, y };
  });
  for (let round = 0; round < 30; round += 1) {
    let moved = false;
    placed.forEach((one, index) => {
      for (const other of placed.slice(index + 1)) {
        const dx = other.x - one.x || 0.1;
        const dy = other.y - one.y;
        const distance = Math.hypot(dx, dy);
        if (distance >= apart) continue;
        const push = (apart - distance) / 2 / distance;
        one.x -= dx * push;
        one.y -= dy * push;
        other.x += dx * push;
        other.y += dy * push;
        moved = true;
      }
    });
    if (!moved) break;
  }
  return placed;
}

/** The largest flows as arcs, the smallest first, so that large ones lie on top. */
export function arcs(
  flows: readonly Flow[],
  places: readonly Spot[],
  middles: Record<string, [number, number]>,
): Arc[] {
  const byName = new Map(places.map((spot) => [spot.location.name, spot]));
  const most = Math.max(1, ...flows.map((flow) => flow.rps));
  return [...flows]
    .filter((flow) => flow.rps > 0)
    .sort((a, b) => b.rps - a.rps)
    .slice(0, MOST_ARCS)
    .reverse()
    .flatMap((flow) => {
      const middle = middles[flow.country];
      const spot = byName.get(flow.location);
      if (!middle || !spot) return [];
      const path = shorter(project(...middle), [spot.x, spot.y]);
      const width = 0.5 + 3 * Math.sqrt(flow.rps / most);
      return [{ key: `${flow.country}>${flow.location}`, path, width, outcome: outcomeOf(flow), flow }];
    });
}

/** Over the date line where that is the shorter way: the curve then leaves the map on one side and comes back on the other. */
function shorter([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): string {
  if (Math.abs(x2 - x1) <= FRAME.width / 2) return arc([x1, y1], [x2, y2]);
  const around = x1 < x2 ? FRAME.width : -FRAME.width;
  return arc([x1, y1], [x2 - around, y2]) + arc([x1 + around, y1], [x2, y2]);
}

/** A curve that rises towards the pole, the more the farther it goes. */
export function arc([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): string {
  const distance = Math.hypot(x2 - x1, y2 - y1);
  const lift = Math.min(distance * 0.22, 70);
  const f = (value: number) => value.toFixed(1);
  return `M${f(x1)} ${f(y1)}Q${f((x1 + x2) / 2)} ${f((y1 + y2) / 2 - lift)} ${f(x2)} ${f(y2)}`;
}
