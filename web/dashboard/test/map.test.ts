import { geoNaturalEarth1 } from 'd3-geo';
import { describe, expect, it } from 'vitest';
import { world } from '../build/world.ts';
import { at, LOCATIONS } from '../dev/world.js';
import { arcs, MOST_ARCS, outcomeOf, spots } from '../src/map/arcs.ts';
import { FRAME, project } from '../src/map/projection.ts';

const drawn = world();
const HEALTHY = 1000 * 360;

describe('the projection', () => {
  it('agrees with the one that drew the shapes', () => {
    const reference = geoNaturalEarth1().scale(FRAME.scale).translate([FRAME.x, FRAME.y]);
    for (let latitude = -80; latitude <= 80; latitude += 8) {
      for (let longitude = -176; longitude <= 176; longitude += 16) {
        const [x, y] = reference([longitude, latitude]) ?? [0, 0];
        const [ours, theirs] = project(latitude, longitude);
        expect(Math.hypot(ours - x, theirs - y)).toBeLessThan(0.01);
      }
    }
  });
});

describe('the shapes', () => {
  it('are of countries that Meridian knows, each in its place', () => {
    const codes = Object.keys(drawn.shapes).filter(Boolean);
    expect(codes.length).toBeGreaterThan(170);
    expect(codes.filter((code) => !drawn.middles[code])).toEqual([]);
    expect(Object.keys(drawn.middles)).toHaveLength(249);
    const [x, y] =
      (drawn.shapes.FR ?? '')
        .match(/-?[\d.]+,-?[\d.]+/g)
        ?.at(-1)
        ?.split(',')
        .map(Number) ?? [];
    const [fx, fy] = project(46, 2);
    expect(Math.hypot((x ?? 0) - fx, (y ?? 0) - fy)).toBeLessThan(200);
  });
});

describe('what is drawn of the traffic', () => {
  const tick = at(HEALTHY);

  it('keeps neighbours apart and others where they are', () => {
    const placed = spots(tick.locations);
    placed.forEach((one, index) => {
      for (const other of placed.slice(index + 1)) {
        expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(29);
      }
    });
    const [x, y] = project(41.26, -95.86);
    expect(placed[2]).toMatchObject({ x, y });
  });

  it('has the largest flows, on top, and no more than fit', () => {
    const paths = arcs(tick.flows, spots(tick.locations), drawn.middles);
    expect(paths).toHaveLength(MOST_ARCS);
    const rates = paths.map((each) => each.flow.rps);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    expect(Math.max(...rates)).toBe(Math.max(...tick.flows.map((flow: { rps: number }) => flow.rps)));
  });

  it('follows the traffic to where it goes when a location is down', () => {
    const before = arcs(at(HEALTHY).flows, spots(at(HEALTHY).locations), drawn.middles);
    const after = arcs(at(HEALTHY + 300).flows, spots(at(HEALTHY + 300).locations), drawn.middles);
    const to = (list: typeof before) => list.find((each) => each.flow.country === 'DE')?.flow.location;
    expect([to(before), to(after)]).toEqual(['europe-west1', 'europe-west4']);
    expect(LOCATIONS).toHaveLength(4);
  });

  it('crosses the date line where that is shorter', () => {
    const flow = {
      country: 'WS',
      region: 'APAC',
      location: 'asia-south1',
      rps: 5,
      failed_share: 0,
      refused_share: 0,
    };
    const [path] = arcs([flow], spots(tick.locations), drawn.middles);
    const ends = (path?.path ?? '').split('M').slice(1);
    expect(ends).toHaveLength(2);
    for (const each of ends) {
      const [x1 = 0, , , , x2 = 0] = (each.match(/-?[\d.]+/g) ?? []).map(Number);
      expect(Math.abs(x2 - x1)).toBeLessThan(FRAME.width / 2);
    }
  });

  it('leaves out flows to nowhere known', () => {
    const flow = { country: 'ZZ', region: 'EU', location: '', rps: 5, failed_share: 0, refused_share: 0 };
    expect(arcs([flow], spots(tick.locations), drawn.middles)).toEqual([]);
  });

  it('shows failing before refused', () => {
    const flow = { country: 'DE', region: 'EU', location: 'a', rps: 1, failed_share: 0, refused_share: 0 };
    expect(outcomeOf(flow)).toBe('ok');
    expect(outcomeOf({ ...flow, refused_share: 0.2 })).toBe('warn');
    expect(outcomeOf({ ...flow, refused_share: 0.2, failed_share: 0.1 })).toBe('bad');
  });
});
