import { beforeEach, describe, expect, it } from 'vitest';
import { go, href, place } from '../src/app/router.ts';
import { axisEnds, lastOf } from '../src/charts/Chart.tsx';
import { lineColours } from '../src/charts/colours.ts';
import { sparkPath } from '../src/ui/Spark.tsx';

beforeEach(() => go('/infrastructure/monitoring'));

describe('the address', () => {
  it('is the state of the page', () => {
    go(href('panels/latency', { range: '24h', region: '' }));
    expect(location.search).toBe('?range=24h');
    expect(place().path).toEqual(['panels', 'latency']);
    expect(place()).toBe(place());
  });

  it('may be nonsense', () => {
    go('/infrastructure/monitoring/%E0%A4%A/x');
    expect(place().path).toEqual(['%E0%A4%A', 'x']);
  });
});

describe('a chart', () => {
  it('begins at zero and shows an objective that is near', () => {
    expect(axisEnds(10, 100, null, false)).toEqual([0, 100 * 1.12]);
    expect(axisEnds(10, 300, 400, false)).toEqual([0, 400 * 1.12]);
    expect(axisEnds(10, 50, 400, false)).toEqual([0, 50 * 1.12]);
    expect(axisEnds(0, 0, null, false)).toEqual([0, 1.12]);
    expect(axisEnds(0, 0, 0.01, false)).toEqual([0, 0.01 * 1.12]);
  });

  it('shows a share that is wanted high near all', () => {
    const [low, high] = axisEnds(0.9, 0.95, 0.85, true);
    expect(high).toBe(1);
    expect(low).toBeGreaterThan(0.7);
    expect(low).toBeLessThan(0.85);
  });

  it('gives a region its own colour whatever else is shown', () => {
    const line = (region: string) => ({ labels: { region } });
    expect(lineColours([line('APAC'), line('EU')], ['EU', 'US', 'APAC'])).toEqual([
      'var(--series-3)',
      'var(--series-1)',
    ]);
    expect(lineColours([{ labels: {} }, { labels: {} }], ['EU'])).toEqual([
      'var(--series-1)',
      'var(--series-2)',
    ]);
  });

  it('has a latest value although the newest step is empty', () => {
    expect([lastOf([1, 2, null]), lastOf([null, null]), lastOf([1, null, null, null, null, null])]).toEqual([
      2,
      null,
      null,
    ]);
  });
});

describe('a small line', () => {
  it('ends at the right, and gaps are bridged', () => {
    expect(sparkPath([1, null, 2], 3, 100, 28)).toBe('M0.0 14.5L100.0 2.5');
    expect(sparkPath([null, 4], 3, 100, 28)).toBe('');
  });
});
