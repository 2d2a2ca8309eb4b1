/** Made-up load tests: one that goes on, and others that ended in each way. Pure, from the time alone. */

const REGIONS = ['EU', 'US', 'APAC'];
const LOCATIONS = { EU: 'europe-west1', US: 'us-central1', APAC: 'asia-south1' };
const RATE = 500;
const DURATION = 300;
const KILLED = 120;
const RESTORED = 200;

export const SCENARIOS = {
  scenarios: [
    {
      name: 'swipe',
      title: '100K concurrent swipes',
      kind: 'load',
      description: 'people of all countries look at their feed and swipe, as on the evening of a launch.',
      rate: 1666,
      duration: 300,
      steps: ['login', 'feed', 'swipe'],
      thresholds: ['p95 < 400ms', 'errors < 1%', 'swipe p99 < 900ms in EU'],
      chaos: ['at 120 s: kill europe-west1'],
    },
    {
      name: 'payout',
      title: '5K simultaneous payouts',
      kind: 'stress',
      description: 'more and more payouts, until the processor does not keep up.',
      rate: 83,
      duration: 180,
      steps: ['login', 'payout'],
      thresholds: ['knee > 80/s'],
      chaos: [],
    },
    {
      name: 'calls',
      title: '2K live calls',
      kind: 'endurance',
      description: 'calls that go on.',
      rate: null,
      duration: 900,
      steps: ['call'],
      thresholds: ['leak < 10MB/h'],
      chaos: [],
    },
  ],
  targets: [
    { name: 'local', production: false },
    { name: 'avalo-live', production: true },
  ],
};

const PHASES = [
  { name: 'warm-up', from: 0, to: 30, warm_up: true, rate: 250 },
  { name: 'rise', from: 30, to: 90, warm_up: false, rate: 375 },
  { name: 'hold', from: 90, to: 300, warm_up: false, rate: 500 },
];

/** Repeatable noise from 0 to 1. */
function noise(index, seed) {
  const raw = Math.sin(index * 12.9898 + seed * 78.233) * 43758.5453;
  return raw - Math.floor(raw);
}

function askedAt(second) {
  if (second < 30) return RATE * 0.5;
  if (second < 90) return RATE * (0.5 + (second - 30) / 120);
  return RATE;
}

function broken(second) {
  return second >= KILLED && second < KILLED + 4;
}

function medianAt(second, region) {
  const far = { EU: 22, US: 31, APAC: 46 }[region];
  const moved = region === 'EU' && second >= KILLED && second < RESTORED ? 1.7 : 1;
  return far * moved * (0.9 + 0.2 * noise(second, far)) * (1 + askedAt(second) / RATE / 4);
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const BOUNDS = Array.from({ length: 80 }, (_, index) => Number((1 * 1.135 ** index).toPrecision(4)));

function heatmapTo(seconds) {
  const at = Array.from({ length: seconds }, (_, second) => second);
  const counts = at.map((second) => {
    const column = BOUNDS.map(() => 0);
    for (const region of REGIONS) {
      const median = medianAt(second, region);
      BOUNDS.forEach((bound, index) => {
        const away = Math.log(bound / median) / (bound < median ? 0.14 : 0.42);
        column[index] += Math.round(((askedAt(second) / 3) * Math.exp(-away * away)) / 4 - 0.4);
      });
    }
    if (broken(second)) BOUNDS.forEach((_, index) => (column[index] += index > 50 && index < 66 ? 4 : 0));
    if (noise(second, 3) > 0.9) column[58 + Math.floor(noise(second, 4) * 14)] += 1;
    return column.map((n) => Math.max(0, n));
  });
  return { at, step: 1, bounds_ms: BOUNDS, counts };
}

function seriesTo(seconds) {
  const at = Array.from({ length: seconds }, (_, second) => second);
  const p95 = (region) =>
    at.map((second) => medianAt(second, region) * (broken(second) && region === 'EU' ? 22 : 2.1));
  const errors = (region) => at.map((second) => (broken(second) && region === 'EU' ? 0.04 : 0));
  const over = (of) => at.map((_, index) => mean(REGIONS.map((region) => of[region][index])));
  const slow = Object.fromEntries(REGIONS.map((region) => [region, p95(region)]));
  const failed = Object.fromEntries(REGIONS.map((region) => [region, errors(region)]));
  return {
    step: 1,
    at,
    asked: at.map(askedAt),
    achieved: at.map((second) => askedAt(second) - (broken(second) ? 9 : 0)),
    errors: over(failed),
    p50: over(slow).map((value) => value / 2.1),
    p95: over(slow),
    p99: over(slow).map((value) => value * 1.6),
    max: over(slow).map((value, second) => value * (2 + noise(second, 9) * 3)),
    lag_ms: at.map((second) => 0.4 + noise(second, 5) * (second === 43 || second === 44 ? 40 : 1.2)),
    late: at.map((second) => second === 43 || second === 44),
    by_region: Object.fromEntries(
      REGIONS.map((region) => [
        region,
        { achieved: at.map((second) => askedAt(second) / 3), p95: slow[region], errors: failed[region] },
      ]),
    ),
  };
}

function latency(median) {
  return {
    p50: median,
    p90: median * 1.8,
    p95: median * 2.1,
    p99: median * 3.4,
    p999: median * 11,
    max: median * 41,
    mean: median * 1.2,
  };
}

function crashesTo(second) {
  if (second <= KILLED) return [];
  const by_time = [0, 1, 2, 3].map((late) => [KILLED + late, [38, 11, 4, 2][late]]);
  const crash = (service, step, outcome, detail, n) => ({
    region: 'EU',
    service,
    step,
    outcome,
    detail,
    n,
    first: KILLED + 0.012,
    last: KILLED + 3.4,
    by_time,
  });
  return [
    crash('matching-engine', 'swipe', 'broken', 'connection reset', 55),
    crash('matching-engine', 'feed', 'unavailable', '503', 14),
    crash('api-gateway', 'login', 'timeout', 'no answer in 10 s', 3),
    {
      region: 'APAC',
      service: 'matching-engine',
      step: 'feed',
      outcome: 'check',
      detail: 'answered by another region',
      n: 2,
      first: 61.2,
      last: 188.4,
      by_time: [
        [61, 1],
        [188, 1],
      ],
    },
  ]
    .filter((each) => each.first < second)
    .map((each) => ({
      ...each,
      last: Math.min(each.last, second),
      by_time: each.by_time.filter(([at]) => at < second),
    }));
}

function eventsTo(second) {
  return [
    { at: 120, what: 'kill', by: 'chaos', sentence: 'kills europe-west1' },
    {
      at: 121.3,
      what: 'location-down',
      by: 'decision',
      sentence: 'europe-west1 is down: 3 of 3 checks failed; EU goes to europe-west4',
    },
    { at: 200, what: 'restore', by: 'chaos', sentence: 'restores europe-west1' },
    {
      at: 203.1,
      what: 'location-up',
      by: 'decision',
      sentence: 'europe-west1 is up again: 5 checks in a row; EU comes home',
    },
  ].filter((event) => event.at <= second);
}

function thresholds(state) {
  const broken = state === 'failed';
  return [
    {
      text: 'p95 < 400ms',
      where: 'overall',
      value: broken ? 431.2 : 88.4,
      bound: 400,
      unit: 'ms',
      held: !broken,
    },
    { text: 'errors < 1%', where: 'overall', value: 0.0006, bound: 0.01, unit: '%', held: true },
    { text: 'swipe p99 < 900ms in EU', where: 'swipe in EU', value: 612, bound: 900, unit: 'ms', held: true },
    {
      text: 'recovery < 30s',
      where: 'overall',
      value: state === 'running' ? null : 4.4,
      bound: 30,
      unit: 's',
      held: state === 'running' ? null : true,
    },
  ].map((each) => ({
    ...each,
    sentence:
      each.held === false ? `${each.text} is broken by ${Math.round(each.value - each.bound)} ms` : '',
  }));
}

const SENTENCES = {
  running: 'p95 86 ms, errors 0.04%, 500 of 500 requests/s',
  passed:
    'passed: p95 88 ms (< 400), errors 0.06% (< 1%), 126,000 requests at 500/s; EU was without answers for 212 ms',
  failed: 'failed: p95 431 ms is above 400 ms; errors 0.06%, 126,000 requests at 500/s',
  invalid: 'invalid: the generator was late in 14 of 270 s, up to 1,210 ms; say nothing of the target',
  aborted: 'aborted after 96 s: errors were above 50% for 10 s',
  stopped: 'stopped by anna after 41 s: enough seen',
};

const AGES = {
  'lt-passed': 3600,
  'lt-before': 90_000,
  'lt-failed': 7200,
  'lt-invalid': 14_400,
  'lt-aborted': 40_000,
  'lt-stopped': 200_000,
};

function stateOf(id) {
  if (id === 'lt-live') return 'running';
  return id === 'lt-before' ? 'passed' : id.slice(3);
}

/** now: seconds since 1970. */
export function runsAt(now) {
  return ['lt-live', ...Object.keys(AGES)].map((id) => {
    const {
      name,
      title,
      kind,
      target,
      state,
      sentence,
      began,
      ended,
      achieved,
      latency: times,
      errors,
      by,
      scale,
      duration,
    } = summaryAt(id, now);
    return {
      id,
      name,
      title,
      kind,
      target,
      state,
      sentence,
      began,
      ended,
      rate: achieved.rate,
      p95: times.p95,
      errors,
      by,
      scale,
      duration,
    };
  });
}

/** A run of the list, in all detail; null where there is none. The one that goes on begins anew every five minutes. */
export function summaryAt(id, now) {
  if (id !== 'lt-live' && !(id in AGES)) return null;
  const state = stateOf(id);
  const over = state !== 'running';
  const second = over ? ({ aborted: 96, stopped: 41 }[state] ?? DURATION) : Math.floor(now) % DURATION;
  const began = over ? now - AGES[id] : Math.floor(now / DURATION) * DURATION;
  const median = state === 'failed' ? 205 : 42;
  const requests = Math.round(
    Array.from({ length: second }, (_, at) => askedAt(at)).reduce((sum, rate) => sum + rate, 0),
  );
  const late = state === 'invalid' ? [43, 44, 45, 46, 47, 48, 90, 91, 92, 93, 94, 95, 96, 97] : [];
  const group = (name, index) => ({
    name,
    requests: Math.round(requests / 3),
    rate: second ? requests / 3 / second : null,
    errors: index ? 0 : 0.0018,
    latency: latency(median * (0.8 + index * 0.3)),
  });
  return {
    id,
    name: state === 'invalid' ? 'payout' : 'swipe',
    title: state === 'invalid' ? '5K simultaneous payouts' : '100K concurrent swipes',
    kind: state === 'invalid' ? 'stress' : 'load',
    target: 'local',
    state,
    sentence: SENTENCES[state],
    began: new Date(began * 1000).toISOString(),
    ended: over ? new Date((began + second) * 1000).toISOString() : null,
    seed: 4711,
    scale: 0.3,
    duration: DURATION,
    shards: 1,
    processes: 2,
    http: 1,
    by: state === 'failed' ? 'ci' : 'anna',
    asked: { requests, rate: over ? 466.7 : askedAt(second) },
    achieved: { requests: requests - 74, rate: over ? 466.4 : askedAt(second) },
    waiting: over ? 0 : 31,
    validity: {
      valid: state !== 'invalid',
      sentence:
        state === 'invalid'
          ? 'the generator was late in 14 of 270 s (5.2%, 1% is allowed): its machine was too busy'
          : 'the generator sent every request when it was due, but for 2 s',
      late_seconds: over ? (late.length ? late : [43, 44]) : [],
      worst_lag_ms: late.length ? 1210 : 21.7,
      sent: requests,
      due: requests,
    },
    latency: second ? latency(median) : {},
    outcomes: { ok: requests - 74, limited: 410, broken: 55, unavailable: 14, timeout: 3, check: 2 },
    errors: second ? 0.0006 : null,
    steps: [
      ['login', 'api-gateway', 'POST /login'],
      ['feed', 'matching-engine', 'GET /feed'],
      ['swipe', 'matching-engine', 'POST /swipes'],
    ].map(([name, service, request], index) => ({ ...group(name, index), service, request })),
    regions: REGIONS.map(group),
    locations: over
      ? [...Object.values(LOCATIONS), 'europe-west4'].map((name, index) => ({
          name,
          requests: Math.round(requests * [0.24, 0.33, 0.33, 0.1][index]),
          share: [0.24, 0.33, 0.33, 0.1][index],
        }))
      : [],
    versions: over ? [group('1.42.0', 0), group('1.43.0-rc1', 2)] : [],
    thresholds: thresholds(state),
    checks: [
      {
        name: 'answered by the right region',
        n: requests,
        failed: 2,
        example: 'request 24,117 of APAC was answered by us-central1',
      },
      { name: 'tier as promised', n: Math.round(requests / 3), failed: 0, example: '' },
    ],
    phases: PHASES,
    events: eventsTo(second),
    series: seriesTo(second),
    heatmap: heatmapTo(second),
    crashes: crashesTo(second),
    failovers:
      second > 130
        ? [
            {
              at: 120,
              decision: {
                id: 'd-2',
                at: 121.3,
                kind: 'location-down',
                sentence: 'europe-west1 is down: 3 of 3 checks failed; EU goes to europe-west4',
              },
              region: 'EU',
              from: 'europe-west1',
              to: 'europe-west4',
              noticed: { at: 120.012, number: 47_113, what: 'broken: connection reset' },
              gap_at: 120.01,
              gap_ms: 212,
              failed: 72,
              normal_at: 123.4,
              sentence: 'EU had no answer for 212 ms after europe-west1 was killed; europe-west4 took over',
            },
            {
              at: 200,
              decision: null,
              region: 'EU',
              from: 'europe-west4',
              to: 'europe-west1',
              noticed: null,
              gap_at: null,
              gap_ms: null,
              failed: 0,
              normal_at: null,
              sentence: 'EU came home without a failed request',
            },
          ].filter((each) => each.at < second)
        : [],
    capacity:
      state === 'invalid'
        ? {
            knee_rate: 60,
            sentence: 'up to 60 requests/s answers keep up; at 83 p95 is 9 times as long',
            points: [20, 40, 60, 83].map((rate, index) => ({
              rate,
              achieved: [20, 40, 59.8, 71][index],
              p50: [40, 41, 52, 380][index],
              p95: [88, 91, 130, 1210][index],
              p99: [120, 140, 260, 2900][index],
              errors: [0, 0, 0.0004, 0.031][index],
            })),
          }
        : null,
    recovery: over
      ? { seconds: 4.4, sentence: '4.4 s after europe-west1 was killed all was normal again' }
      : null,
    leaks: over
      ? [
          {
            name: 'edge EU',
            per_hour_bytes: 1_200_000,
            sentence: 'grows by 1.2 MB an hour, which is noise',
            leaking: false,
          },
          {
            name: 'matching-engine',
            per_hour_bytes: 84e6,
            sentence: 'grows by 84 MB an hour',
            leaking: true,
          },
        ]
      : [],
    resources: over
      ? {
          at: Array.from({ length: second }, (_, at) => at),
          processes: ['generator', 'edge EU', 'matching-engine'].map((name, index) => ({
            name,
            cpu: Array.from({ length: second }, (_, at) => (askedAt(at) / 1000) * (0.6 + index * 0.3)),
            rss: Array.from(
              { length: second },
              (_, at) => 80e6 + index * 30e6 + at * (index === 2 ? 23_000 : 300),
            ),
          })),
        }
      : null,
    comparison: id === 'lt-passed' ? comparisonOf('lt-before') : null,
    ...(over
      ? {}
      : {
          second,
          phase: PHASES.find((each) => second < each.to)?.name ?? '',
          next_chaos: second < KILLED ? { at: 120, sentence: 'kills europe-west1' } : null,
          trouble: [],
        }),
  };
}

export function comparisonOf(id) {
  return {
    with: id,
    verdict: 'slower',
    sentence: 'p95 is 12% longer than in the run before, surely between 9% and 15%; the rest is noise',
    metrics: [
      { name: 'p50', before: 41.2, after: 41.9, change: 0.017, low: -0.004, high: 0.036, verdict: 'same' },
      { name: 'p95', before: 78.9, after: 88.4, change: 0.12, low: 0.09, high: 0.15, verdict: 'slower' },
      { name: 'p99', before: 140, after: 143, change: 0.021, low: -0.05, high: 0.09, verdict: 'same' },
      {
        name: 'errors',
        before: 0.0006,
        after: 0.0006,
        change: 0,
        low: -0.0002,
        high: 0.0002,
        verdict: 'same',
      },
    ],
  };
}
