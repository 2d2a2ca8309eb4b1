/** What control answers about load tests. Times are ISO 8601; `at`, `from`, `to`, `first` and `last` are seconds after the start; latencies
 * are milliseconds. While a run goes on, what is not known yet is null, empty or not there. */

/** A run in the list. */
export interface Run {
  id: string;
  name: string;
  title: string;
  kind: string;
  state: string;
  sentence: string;
  began: string;
  ended: string | null;
  target: string;
  /** requests per second that were achieved */
  rate: number | null;
  p95: number | null;
  /** share */
  errors: number | null;
  by: string;
  scale: number;
  /** seconds */
  duration: number;
}

export interface Latency {
  p50: number | null;
  p90: number | null;
  p95: number | null;
  p99: number | null;
  p999: number | null;
  max: number | null;
  mean: number | null;
}

/** Requests of a step, a region or a version. */
export interface Part {
  name: string;
  requests: number;
  rate: number | null;
  errors: number | null;
  latency: Partial<Latency> | null;
}

export interface StepPart extends Part {
  service: string;
  request: string;
}

export interface Threshold {
  text: string;
  where: string;
  value: number | null;
  bound: number;
  unit: string;
  /** null: nothing to judge yet */
  held: boolean | null;
  sentence: string;
}

export interface Phase {
  name: string;
  from: number;
  to: number;
  warm_up: boolean;
  rate: number | null;
}

export interface LoadEvent {
  at: number;
  what: string;
  by: string;
  sentence: string;
}

export type Line = readonly (number | null)[];

export interface LoadSeries {
  /** seconds from one point to the next */
  step: number;
  at: readonly number[];
  asked: Line;
  achieved: Line;
  errors: Line;
  p50: Line;
  p95: Line;
  p99: Line;
  max: Line;
  lag_ms: Line;
  late: readonly (boolean | null)[];
  by_region: Record<string, { achieved: Line; p95: Line; errors: Line }>;
}

/** counts[time][bound]: how many answers took at most that bound, and longer than the one before it; the last has the longer ones too. */
export interface HeatmapData {
  at: readonly number[];
  step: number;
  bounds_ms: readonly number[];
  counts: readonly (readonly number[])[];
}

export interface Crash {
  region: string;
  service: string;
  step: string;
  outcome: string;
  detail: string;
  n: number;
  first: number;
  last: number;
  by_time: readonly (readonly [number, number])[];
}

export interface FailoverSeen {
  at: number;
  decision: { id: string; sentence: string; kind: string } | null;
  region: string;
  from: string;
  to: string;
  /** the first request that failed */
  noticed: { at: number; number: number; what: string } | null;
  gap_ms: number | null;
  failed: number;
  normal_at: number | null;
  sentence: string;
}

export interface Measured {
  name: string;
  before: number | null;
  after: number | null;
  /** parts of what was before, such as 0.1 for a tenth more, and of errors the difference of the shares; low and high are the ends of
   * its confidence interval */
  change: number | null;
  low: number | null;
  high: number | null;
  verdict: string;
}

export interface Comparison {
  with: string;
  verdict: string;
  sentence: string;
  metrics: readonly Measured[];
}

export interface Capacity {
  knee_rate: number | null;
  sentence: string;
  points: readonly {
    rate: number;
    achieved: number;
    p50: number | null;
    p95: number | null;
    p99: number | null;
    errors: number | null;
  }[];
}

export interface Validity {
  valid: boolean | null;
  sentence: string;
  late_seconds: readonly number[];
  worst_lag_ms: number | null;
  sent: number | null;
  due: number | null;
}

export interface Leak {
  name: string;
  per_hour_bytes: number | null;
  sentence: string;
  leaking: boolean;
}

export interface Check {
  name: string;
  n: number;
  failed: number;
  example: string;
}

export interface Resources {
  at: readonly number[];
  /** cpu in cores, rss in bytes */
  processes: readonly { name: string; cpu: Line; rss: Line }[];
}

export interface Amounts {
  requests: number | null;
  rate: number | null;
}

/** A run with everything that is known of it. */
export interface Summary {
  id: string;
  name: string;
  title: string;
  kind: string;
  target: string;
  state: string;
  sentence: string;
  began: string;
  ended: string | null;
  seed: number | null;
  scale: number | null;
  /** seconds */
  duration: number;
  shards: number | null;
  processes: number | null;
  http: number | string | null;
  by: string;
  /** why it is to stop, or '' */
  stop: string;
  asked: Amounts;
  achieved: Amounts;
  waiting: number | null;
  validity: Validity;
  latency: Partial<Latency>;
  outcomes: Record<string, number>;
  errors: number | null;
  steps: readonly StepPart[];
  regions: readonly Part[];
  locations: readonly { name: string; requests: number; share: number | null }[];
  versions: readonly Part[];
  thresholds: readonly Threshold[];
  checks: readonly Check[];
  phases: readonly Phase[];
  events: readonly LoadEvent[];
  series: LoadSeries;
  heatmap: HeatmapData;
  crashes: readonly Crash[];
  failovers: readonly FailoverSeen[];
  capacity: Capacity | null;
  recovery: { seconds: number | null; sentence: string } | null;
  leaks: readonly Leak[];
  resources: Resources;
  comparison: Comparison | null;
  /** only while it runs: seconds since its start (below 0 before it), the phase's name, what is broken next, and what befell the generator */
  second: number | null;
  phase: string;
  next_chaos: { at: number; sentence: string } | null;
  trouble: readonly string[];
}

/** As it comes: a run that has just begun knows little of itself. */
export type RawSummary = { [Field in keyof Summary]?: Partial<Summary[Field]> | null };

export interface Scenario {
  name: string;
  title: string;
  kind: string;
  description: string;
  /** requests per second at its highest, at a scale of 1; null: as many as its users make */
  rate: number | null;
  /** seconds */
  duration: number;
  steps: readonly string[];
  thresholds: readonly string[];
  /** what it breaks, and when */
  chaos: readonly string[];
}

export interface Target {
  name: string;
  /** its name has to be typed to confirm */
  production: boolean;
}

export interface Scenarios {
  scenarios: readonly Scenario[];
  targets: readonly Target[];
}

export interface StartAsked {
  scenario: string;
  scale?: number;
  /** such as "60s" */
  duration?: string;
  /** requests per second instead of the scenario's */
  rate?: number;
  seed?: number;
  target: string;
  reason: string;
  confirm?: string;
}
