/** A made-up app for developing the page without a control plane: traffic that swells and falls, and a location that dies for two
 * minutes in every six. Pure, from the time alone, so that tests and screenshots can have any moment they want. */

export const LOCATIONS = [
  ['europe-west1', 'St. Ghislain (Belgium)', 50.47, 3.87, 'EU', true],
  ['europe-west4', 'Eemshaven (Netherlands)', 53.44, 6.84, 'EU', false],
  ['us-central1', 'Council Bluffs (Iowa)', 41.26, -95.86, 'US', true],
  ['asia-south1', 'Mumbai (India)', 19.08, 72.88, 'APAC', true],
];
const COUNTRIES = {
  EU: 'GB DE FR IT ES PL NL SE PT RO GR AT CH NO FI DK IE UA TR EG NG KE ZA MA AE SA IL GH DZ ET TZ CD RU BE CZ HU BG RS HR SK LT LV EE IS MT CY LU SI AL BA MK MD BY GE AM AZ IQ IR JO LB KW QA OM YE SY LY TN SD SS TD NE ML MR SN GM GN GW SL LR CI BF TG BJ CM CF GA CG AO ZM ZW MW MZ MG BW NA SZ LS RW BI UG SO DJ ER GQ EH GL'.split(
    ' ',
  ),
  US: 'US CA MX BR AR CO CL PE VE EC BO PY UY GY SR GF PA CR NI HN SV GT BZ CU DO HT JM PR TT BS'.split(' '),
  APAC: 'IN JP KR ID PH VN TH MY SG AU NZ PK BD LK NP CN TW HK MM KH LA MN KZ UZ TM KG TJ AF BT BN TL PG SB VU NC FJ KP'.split(
    ' ',
  ),
};
const BUSY = {
  GB: 38,
  DE: 44,
  FR: 32,
  IT: 22,
  ES: 24,
  PL: 16,
  NG: 12,
  TR: 18,
  US: 64,
  BR: 41,
  MX: 22,
  CA: 13,
  AR: 9,
  CO: 8,
  IN: 72,
  JP: 20,
  ID: 26,
  PH: 18,
  SG: 6,
  AU: 11,
  KR: 9,
  VN: 9,
  EG: 7,
  ZA: 6,
  SE: 5,
  NL: 8,
  AE: 4,
  SA: 6,
  KE: 4,
};
const SERVICES = [
  'api-gateway',
  'matching-engine',
  'chat-service',
  'payment-processor',
  'ai-companion',
  'media-processing',
  'notification-service',
];
const REGIONS = { EU: 'Europe, Middle East and Africa', US: 'The Americas', APAC: 'Asia-Pacific' };

export const PANELS = [
  ['latency', 'Regional latency p95', 'ms', 30, 400],
  ['throughput', 'Global throughput', 'rps', 10, null],
  ['ai', 'AI latency p95', 'ms', 60, 3000],
  ['cdn', 'CDN hit rate', 'share', 30, 0.85],
  ['feed', 'Feed latency p95', 'ms', 30, 800],
  ['errors', 'Error rate', 'share', 30, 0.01],
  ['fraud', 'Fraud alerts', 'count', 60, null],
].map(([name, title, unit, refresh, objective]) => ({
  name,
  title,
  unit,
  refresh,
  objective,
  least: name === 'cdn',
  sentence: `${title} over all regions.`,
}));

/** Repeatable noise from 0 to 1. */
function noise(second, seed) {
  const value = Math.sin(second * 12.9898 + seed * 78.233) * 43758.5453;
  return value - Math.floor(value);
}

/** Whether europe-west1 is down in this second. */
export const down = (second) => second % 360 >= 240;

function swell(second, seed) {
  return (
    1 +
    0.22 * Math.sin(second / 140 + seed) +
    0.1 * Math.sin(second / 23 + seed * 2) +
    0.08 * (noise(second, seed) - 0.5)
  );
}

function flowsAt(second) {
  return Object.entries(COUNTRIES).flatMap(([region, codes]) =>
    codes.slice(0, 40).map((country, index) => {
      const rps = (BUSY[country] ?? 0.4 + noise(index, 3) * 1.6) * swell(second, index);
      const location =
        region === 'EU'
          ? down(second)
            ? 'europe-west4'
            : 'europe-west1'
          : region === 'US'
            ? 'us-central1'
            : 'asia-south1';
      const failed =
        down(second) && second % 360 < 243 && region === 'EU' ? 0.3 : country === 'NG' ? 0.04 : 0.0005;
      return {
        country,
        region,
        location,
        rps,
        failed_share: failed,
        refused_share: country === 'VN' ? 0.22 : 0.004,
      };
    }),
  );
}

export function at(second) {
  const flows = flowsAt(second);
  const sum = (list) => list.reduce((total, flow) => total + flow.rps, 0);
  const dead = down(second);
  const locations = LOCATIONS.map(([name, place, latitude, longitude, region, home]) => {
    const rps = sum(flows.filter((flow) => flow.location === name));
    return {
      name,
      place,
      latitude,
      longitude,
      region,
      home,
      status: dead && name === 'europe-west1' ? 'down' : 'healthy',
      rps,
      p95: rps ? 120 + 60 * noise(second, rps) : null,
      error_rate: rps ? 0.002 : null,
    };
  });
  const regions = Object.keys(REGIONS).map((region, index) => ({
    region,
    status: dead && region === 'EU' ? 'degraded' : 'healthy',
    sentence: dead && region === 'EU' ? 'europe-west1 does not answer; europe-west4 serves all of EU' : '',
    rps: sum(flows.filter((flow) => flow.region === region)),
    error_rate: dead && region === 'EU' ? 0.012 : 0.0018,
    p95: 140 + 30 * swell(second, index) + (dead && region === 'EU' ? 60 : 0),
    active_users: Math.round(9000 * swell(second / 4, index)),
  }));
  const rps = sum(flows);
  const live = {
    at: new Date(second * 1000).toISOString(),
    active_users: regions.reduce((total, each) => total + each.active_users, 0),
    paying_users: Math.round(3120 * swell(second / 5, 9)),
    tokens: { earned: 18240, spent: 21410, net: -3170, transactions: 842 },
    fraud_alerts: { active: 7, critical: dead ? 2 : 0, resolved_today: 41 },
    payouts: { pending: 118, processing: 12, failed: 3, amount: 4_821_150, currency: 'EUR' },
    support: { open: 64, urgent: 9, mean_response_time: 412 },
    panic: { last_24h: 31, active: 2 },
    system: dead
      ? {
          status: 'degraded',
          sentence:
            'europe-west1 is down since 40 s; EU is served by europe-west4, and no request left its residency set',
        }
      : { status: 'healthy', sentence: 'all regions serve from home' },
    services: SERVICES.map((service) => ({
      service,
      status: dead ? 'degraded' : 'healthy',
      locations: LOCATIONS.map(([location]) => ({
        location,
        healthy: dead && location === 'europe-west1' ? 0 : 3,
        total: 3,
      })),
    })),
    regions,
    rps,
    error_rate: dead ? 0.006 : 0.0018,
    p95: 168 + 20 * swell(second, 4),
    degradation: { level: dead ? 1 : 0, name: dead ? 'no extras' : 'normal' },
  };
  return { at: live.at, rps, error_rate: live.error_rate, p95: live.p95, regions, locations, flows, live };
}

export function decisionsAt(second) {
  const start = second - (second % 360);
  const made = [
    [
      'regions.health',
      'location-down',
      'europe-west1',
      'europe-west1 failed 3 of 3 checks in 2.1 s: EU goes to europe-west4 (100 %), as gdpr allows it',
      240,
    ],
    [
      'regions.drain',
      'drain-step',
      'europe-west1',
      'europe-west1 is back for 30 s: it takes 25 % of EU again',
      330,
    ],
    ['limits.sharing', 'share', 'VN', 'VN used 94 % of its 400/min: 312 requests were refused in 60 s', 120],
    [
      'operator',
      'config-apply',
      'configuration',
      'anna applied version 14 with 2 changes (limits, countries): swipe to 60/min for launch',
      60,
    ],
    [
      'degradation.level',
      'level',
      'app',
      'level 1 (no extras): p95 of EU is 612 ms over 60 s, above 500 ms',
      250,
    ],
  ];
  return Array.from({ length: 30 }, (_, index) => {
    const round = Math.floor(index / made.length);
    const [controller, kind, subject, sentence, offset] = made[index % made.length];
    const latest = start + offset <= second ? start + offset : start + offset - 360;
    const time = latest - round * 360;
    return {
      id: `0198-${time}-${kind}`,
      at: new Date(time * 1000).toISOString(),
      controller,
      kind,
      subject,
      sentence,
      evidence: { checks: [false, false, false], seconds: 2.1, allowed: ['europe-west4'] },
      action: { to: 'europe-west4' },
      undo: controller === 'operator' ? { rollback: 13 } : null,
      actor: controller === 'operator' ? 'anna' : 'meridian',
      reason: controller === 'operator' ? 'swipe to 60/min for launch' : '',
      undone_at: null,
      undone_by: '',
    };
  }).sort((a, b) => (a.at < b.at ? 1 : -1));
}

export function incidentsAt(second) {
  if (!down(second)) return [];
  const start = second - (second % 360) + 240;
  return [
    {
      id: `inc-${start}`,
      key: 'location:europe-west1',
      severity: 1,
      state: 'open',
      title: 'europe-west1 is down',
      sentence: 'europe-west1 answers no health check; 7 services are gone from it',
      subject: 'europe-west1',
      cause: 'europe-west1 failed 3 of 3 checks in 2.1 s: EU goes to europe-west4 (100 %), as gdpr allows it',
      decision: '',
      started: new Date(start * 1000).toISOString(),
      resolved: null,
      acknowledged: null,
      runbook: 'docs/runbooks/region-outage.md',
      silenced: false,
      alerts: [
        {
          rule: 'region-outage',
          labels: { location: 'europe-west1' },
          value: 0,
          since: new Date(start * 1000).toISOString(),
          state: 'firing',
        },
      ],
    },
  ];
}

export function dashboardAt(second) {
  const now = at(second);
  const countries = Object.fromEntries(
    Object.entries(COUNTRIES).flatMap(([region, codes]) =>
      codes.map((code) => [code, { region, market: null }]),
    ),
  );
  return {
    at: now.at,
    app: 'avalo',
    live: now.live,
    flows: now.flows,
    map: { locations: now.locations, countries },
    incidents: incidentsAt(second),
    decisions: decisionsAt(second),
    panels: PANELS,
  };
}

const LINES = {
  latency: (t) =>
    ['EU', 'US', 'APAC'].map((region, i) => [
      region,
      { region },
      150 + 30 * i + 40 * swell(t, i) + (region === 'EU' && down(t) ? 220 : 0),
    ]),
  throughput: (t) =>
    ['EU', 'US', 'APAC'].map((region, i) => [region, { region }, (260 - 50 * i) * swell(t, i)]),
  ai: (t) => [['AI', {}, 1400 + 400 * swell(t, 5)]],
  cdn: (t) => [['hit rate', {}, 0.91 + 0.02 * Math.sin(t / 200)]],
  feed: (t) =>
    ['EU', 'US', 'APAC'].map((region, i) => [region, { region }, 300 + 40 * i + 60 * swell(t, i + 3)]),
  errors: (t) =>
    ['EU', 'US', 'APAC'].map((region, i) => [
      region,
      { region },
      0.002 + 0.001 * noise(t, i) + (region === 'EU' && down(t) ? 0.012 : 0),
    ]),
  fraud: (t) => [
    ['active', {}, 5 + Math.round(4 * noise(Math.floor(t / 60), 1))],
    ['critical', {}, Math.round(2 * noise(Math.floor(t / 60), 2))],
  ],
};

export function historyAt(panel, since, until) {
  const info = PANELS.find((each) => each.name === panel) ?? PANELS[0];
  const step = [10, 60, 300, 3600, 7200].find((each) => (until - since) / each <= 360) ?? 7200;
  const times = [];
  for (let time = Math.ceil(since / step) * step; time <= until; time += step) times.push(time);
  const points = times.map(LINES[info.name]);
  const lines = (points[0] ?? []).map(([name, labels], index) => ({
    name,
    labels,
    values: points.map((point) => point[index][2]),
  }));
  return {
    panel: info.name,
    title: info.title,
    unit: info.unit,
    objective: info.objective,
    step,
    times,
    lines,
    sentence:
      info.objective === null
        ? 'The most was 812/s at 21:14.'
        : 'Within its objective for 99.2 % of the time.',
  };
}
