import { describe, expect, it } from 'vitest';
import { summaryAt } from '../dev/load.js';
import { filled } from '../src/api/load.ts';
import type { Phase, RawSummary, Scenario, Summary } from '../src/api/loadtypes.ts';
import { elapsed } from '../src/format/time.ts';
import { byRegion, strip } from '../src/pages/load/crashes.ts';
import { between, cellAt, gridOf, moved, placeOf, spanOf, ticks, warmth } from '../src/pages/load/heat.ts';
import { linesOf, regionColours } from '../src/pages/load/lines.ts';
import { asked, command, objection, wouldSend, type Typed } from '../src/pages/load/starting.ts';
import {
  axisOf,
  boundUnit,
  changeText,
  elapsedOf,
  inOrder,
  isOver,
  known,
  listed,
  pick,
  runTone,
  warmingUp,
  stretches,
  unitOf,
} from '../src/pages/load/states.ts';

const BEGAN = Date.parse('2026-11-22T11:00:00Z') / 1000;
const begun = (more: RawSummary = {}): Summary =>
  filled({ id: 'r', state: 'running', began: '2026-11-22T11:00:00Z', duration: 60, ...more });

describe('a run that has just begun', () => {
  it('has something in every place', () => {
    const run = begun({ latency: null, series: null, heatmap: null, validity: null, resources: null });
    expect([run.steps, run.thresholds, run.series.at, run.heatmap.counts, run.resources.processes]).toEqual([
      [],
      [],
      [],
      [],
      [],
    ]);
    expect(run.asked).toEqual({ requests: null, rate: null });
    expect(run.validity).toMatchObject({ valid: null, late_seconds: [] });
    expect(run.capacity).toBeNull();
  });

  it('keeps what is known, beside what is not', () => {
    const run = begun({
      series: { at: [0, 1], step: 1 },
      validity: { valid: true },
      capacity: { sentence: 'x' },
    });
    expect([run.series.at, run.series.p95]).toEqual([[0, 1], []]);
    expect(run.validity).toMatchObject({ valid: true, sentence: '', late_seconds: [] });
    expect(run.capacity).toEqual({ knee_rate: null, sentence: 'x', points: [] });
  });
});

describe('how far a run is', () => {
  it('is by what its runner says, or by what was measured, and never beyond its end', () => {
    expect(elapsedOf(begun())).toBe(0);
    expect(elapsedOf(begun({ series: { at: [0, 5, 10], step: 5 } }))).toBe(15);
    expect(elapsedOf(begun({ second: 12, series: { at: [0, 5], step: 5 } }))).toBe(12);
    expect(elapsedOf(begun({ second: -4 }))).toBe(0);
    expect(elapsedOf(begun({ second: 71 }))).toBe(60);
  });

  it('is by the clock when it is over', () => {
    const over = begun({ state: 'stopped', ended: '2026-11-22T11:00:41Z', series: { at: [0, 5], step: 5 } });
    expect(elapsedOf(over)).toBe(41);
  });

  it('is shown phase by phase', () => {
    const phase = (name: string, from: number, to: number): Phase => ({
      name,
      from,
      to,
      warm_up: false,
      rate: null,
    });
    const found = stretches({ phases: [phase('hold', 15, 60), phase('rise', 0, 15)], duration: 60 }, 30);
    expect(found.map((each) => [each.name, each.share, each.done, each.now])).toEqual([
      ['rise', 0.25, 1, false],
      ['hold', 0.75, 1 / 3, true],
    ]);
    expect(stretches({ phases: [], duration: 60 }, 30)).toMatchObject([{ name: '', share: 1, done: 0.5 }]);
    expect(stretches({ phases: [], duration: 0 }, 0)).toHaveLength(1);
  });

  it('has an axis of the whole when it is over, and of what is known while it goes on', () => {
    const series = { at: [300, 301, 599], step: 1 };
    expect(axisOf(begun({ duration: 3600, series }))).toEqual([300, 600]);
    expect(axisOf(begun({ duration: 3600, series: { at: [0, 1], step: 1 } }))).toEqual([0, 60]);
    expect(axisOf(begun({ duration: 30 }))).toEqual([0, 30]);
    expect(axisOf(begun({ duration: 3600, state: 'passed', series }))).toEqual([0, 3600]);
  });
});

it('a run is over unless it goes on or is not heard of', () => {
  expect(['running', 'lost', 'passed', 'stopped'].map((state) => isOver({ state }))).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(['passed', 'failed', 'invalid', 'running', 'new'].map(runTone)).toEqual([
    'ok',
    'bad',
    'warn',
    'idle',
    'idle',
  ]);
});

it('pictures wait for the whole record, unless there is something to show', () => {
  expect(known(begun())).toEqual({ heat: false, crashes: false, failovers: false });
  expect(known(filled(summaryAt('lt-live', BEGAN + 125) as RawSummary))).toMatchObject({
    heat: true,
    crashes: true,
  });
  expect(known(begun({ state: 'passed' }))).toEqual({ heat: true, crashes: true, failovers: true });
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
});

describe('two runs', () => {
  it('are picked; a third takes the place of the first', () => {
    expect(pick([], 'a')).toEqual(['a']);
    expect(pick(['a'], 'b')).toEqual(['a', 'b']);
    expect(pick(['a', 'b'], 'c')).toEqual(['b', 'c']);
    expect(pick(['a', 'b'], 'a')).toEqual(['b']);
  });

  it('are compared from the earlier to the later', () => {
    const [early, late] = [{ began: '2026-11-22T11:00:00Z' }, { began: '2026-11-22T12:30:00+01:00' }];
    expect(inOrder(late, early)).toEqual([early, late]);
    expect(inOrder(early, late)).toEqual([early, late]);
  });

  it('differ by parts, and in errors by points', () => {
    expect([0.123, -0.05, 0.0001, null].map((each) => changeText(each))).toEqual([
      '+12%',
      '−5.0%',
      '0%',
      '–',
    ]);
    expect(changeText(0.004, 'share')).toBe('+0.40 points');
    expect(['p95', 'errors', 'rate'].map(unitOf)).toEqual(['ms', 'share', 'rps']);
    expect(['%', 'ms'].map(boundUnit)).toEqual(['share', 'ms']);
  });
});

it('times since the start are a stopwatch', () => {
  expect([0, 7.04, 90, 120.12, 3723, -3].map(elapsed)).toEqual([
    '0:00',
    '0:07',
    '1:30',
    '2:00.1',
    '1:02:03',
    '−0:03',
  ]);
});

describe('a heatmap', () => {
  const data = {
    at: [0, 1, 2],
    step: 1,
    bounds_ms: [1, 2, 4, 8, 16],
    counts: [
      [0, 1, 2, 0, 0],
      [0, 0, 9, 0, 0],
      [0, 0, 0, 3, 0],
    ],
  };

  it('leaves out latencies that nobody had', () => {
    const grid = gridOf(data, 100, 100);
    expect(grid.rows).toEqual([
      { low: 1, high: 2 },
      { low: 2, high: 4 },
      { low: 4, high: 8 },
    ]);
    expect(grid).toMatchObject({ at: [0, 1, 2], step: 1, most: 9 });
  });

  it('has no end where the longest are counted with the last', () => {
    const grid = gridOf({ ...data, counts: [[0, 0, 0, 1, 2]] }, 100, 100);
    expect([0, 1, 2].map((row) => spanOf(grid, row))).toEqual(['4.00–8.00 ms', '8.00–16.0 ms or longer', '']);
    expect(spanOf(gridOf(data, 100, 100), 2)).toBe('4.00–8.00 ms');
  });

  it('adds up what has no room, and loses nothing', () => {
    const grid = gridOf(data, 2, 2);
    expect(grid).toMatchObject({
      at: [0, 2],
      step: 2,
      rows: [
        { low: 1, high: 4 },
        { low: 4, high: 8 },
      ],
      counts: [
        [12, 0],
        [0, 3],
      ],
    });
  });

  it('is empty without answers', () => {
    expect(gridOf({ ...data, counts: [[0, 0, 0, 0, 0]] }, 10, 10)).toMatchObject({
      at: [],
      rows: [],
      most: 0,
    });
    expect(cellAt(gridOf({ at: [], step: 1, bounds_ms: [], counts: [] }, 10, 10), 0.5, 0.5)).toBeNull();
  });

  it('says which cell is under the pointer', () => {
    const grid = gridOf(data, 100, 100);
    expect(cellAt(grid, 0, 0.99)).toEqual({ column: 0, row: 0 });
    expect(cellAt(grid, 0.99, 0)).toEqual({ column: 2, row: 2 });
    expect(cellAt(grid, 1, 0.5)).toBeNull();
    expect(cellAt(grid, 0.5, -0.1)).toBeNull();
  });

  it('is read by keys, from the fullest cell of the newest time on, and not beyond its edges', () => {
    const grid = gridOf(data, 100, 100);
    expect(moved(grid, null, 'ArrowLeft')).toEqual({ column: 2, row: 2 });
    expect(moved(grid, { column: 0, row: 0 }, 'ArrowLeft')).toEqual({ column: 0, row: 0 });
    expect(moved(grid, { column: 0, row: 0 }, 'PageUp')).toEqual({ column: 0, row: 2 });
    expect(moved(grid, { column: 0, row: 1 }, 'End')).toEqual({ column: 2, row: 1 });
    expect(moved(grid, { column: 0, row: 0 }, 'Tab')).toBeNull();
  });

  it('has ticks at round latencies, where they are', () => {
    const grid = gridOf(data, 100, 100);
    expect(placeOf(grid, 2)).toBeCloseTo(1 / 3);
    expect(placeOf(grid, 4)).toBeCloseTo(2 / 3);
    expect(placeOf(grid, 100)).toBeNull();
    expect(ticks(grid, 0.1).map((tick) => tick.ms)).toEqual([2, 5]);
    const from = gridOf({ at: [0], step: 1, bounds_ms: [8, 16], counts: [[1, 1]] }, 10, 10);
    expect(ticks(from, 0.1).map((tick) => tick.ms)).toEqual([5, 10]);
  });

  it('is warmer where there is more, and one request is seen beside thousands', () => {
    expect(warmth(0, 9000)).toBe(0);
    expect(warmth(1, 9000)).toBeGreaterThan(0.12);
    expect(warmth(9000, 9000)).toBe(1);
    expect(warmth(50, 9000)).toBeLessThan(warmth(60, 9000));
    expect([0, 0.5, 1].map((share) => between(['#000000', '#0000ff', '#ffffff'], share))).toEqual([
      'rgb(0 0 0)',
      'rgb(0 0 255)',
      'rgb(255 255 255)',
    ]);
  });
});

it('a crash map is read region by region, the most first', () => {
  const run = filled(summaryAt('lt-passed', BEGAN) as RawSummary);
  const found = byRegion(run.crashes);
  expect(found.map((region) => [region.region, region.n])).toEqual([
    ['EU', 72],
    ['APAC', 2],
  ]);
  expect(found[0]?.crashes.map((crash) => crash.n)).toEqual([55, 14, 3]);
});

it('a strip has every failure in one of its columns, the last moment too', () => {
  const failed = strip(
    {
      by_time: [
        [0, 2],
        [59, 1],
        [60, 4],
      ],
    },
    60,
    6,
  );
  expect(failed).toEqual([2, 0, 0, 0, 0, 5]);
  expect(strip({ by_time: [[3, 1]] }, 0, 2)).toEqual([0, 1]);
});

it('lines without a value are left out, and regions have their own colours', () => {
  expect(linesOf({ a: [null], b: [1] }, [4, 2])).toMatchObject([{ name: 'b', colour: 'var(--series-3)' }]);
  expect(regionColours(['US', 'MENA'], ['EU', 'US'])).toEqual(['var(--series-2)', 'var(--series-3)']);
});

describe('starting a run', () => {
  const typed = (more: Partial<Typed> = {}): Typed => ({
    scenario: 'swipe',
    target: 'local',
    scale: '',
    duration: '',
    rate: '',
    seed: '',
    confirm: '',
    ...more,
  });
  const local = { name: 'local', production: false };
  const live = { name: 'avalo-live', production: true };

  it.each([
    [{ scale: '0' }, 'a scale is a number above 0, such as 0.3'],
    [{ scale: '0,3' }, 'a scale is a number above 0, such as 0.3'],
    [{ duration: '1m' }, 'a duration is a number of seconds above 0'],
    [{ rate: '-1' }, 'a rate is a number of requests per second above 0'],
    [{ seed: '1.5' }, 'a seed is a whole number'],
    [{ scenario: '' }, 'choose a scenario'],
    [{}, ''],
  ])('objects to %j', (part, wrong) => {
    expect(objection(typed(part), local)).toBe(wrong);
  });

  it('asks for the name of a production system', () => {
    expect(objection(typed(), live)).toBe('type avalo-live to confirm');
    expect(objection(typed({ confirm: 'avalo-live' }), live)).toBe('');
    expect(objection(typed(), undefined)).toBe('choose a target');
  });

  it('sends what was typed and leaves the rest to the scenario', () => {
    expect(asked(typed(), local, 'why')).toEqual({ scenario: 'swipe', target: 'local', reason: 'why' });
    const all = typed({
      scale: '0.3',
      duration: '60',
      seed: '0',
      confirm: 'avalo-live',
      target: 'avalo-live',
    });
    expect(asked(all, live, 'why')).toEqual({
      scenario: 'swipe',
      target: 'avalo-live',
      reason: 'why',
      scale: 0.3,
      duration: '60s',
      seed: 0,
      confirm: 'avalo-live',
    });
    expect(command(all, live)).toBe(
      'meridian load run swipe --scale 0.3 --duration 60 --seed 0 --target avalo-live --confirm avalo-live',
    );
  });

  it('says how much that is', () => {
    const scenario = { name: 'swipe', rate: 1666, duration: 300 } as Scenario;
    expect(wouldSend(typed({ scale: '0.5' }), scenario)).toEqual({ rate: 833, seconds: 300 });
    expect(wouldSend(typed({ rate: '10', duration: '5' }), scenario)).toEqual({ rate: 10, seconds: 5 });
    expect(wouldSend(typed(), { ...scenario, rate: null })).toEqual({ rate: null, seconds: 300 });
  });
});

describe('the warm-up', () => {
  const phases = [
    { name: 'warm', from: 0, to: 10, warm_up: true, rate: 5 },
    { name: 'hold', from: 10, to: 60, warm_up: false, rate: 5 },
  ];
  const run = (second: number, state = 'running') =>
    ({ state, second, duration: 60, phases, series: { at: [], step: 1 } }) as unknown as Summary;

  it('is on until something is judged', () => {
    expect(warmingUp(run(4))).toBe(true);
    expect(warmingUp(run(12))).toBe(false);
    expect(warmingUp({ ...run(4, 'failed'), ended: null })).toBe(false);
  });
});
