/** What control answers on the operators' routes, as docs/openapi.json describes it. Times are ISO 8601 unless said otherwise. */
import type { Decision, Incident as Known } from './types.ts';

export type { Decision };

export interface Replay {
  matches: boolean;
  sentence: string;
  decided: Record<string, unknown>[];
}

export interface Alert {
  rule: string;
  labels: Record<string, string>;
  value: number;
  /** the farthest past the threshold */
  worst: number;
  threshold: number;
  since: string;
  state: string;
  resolved: string | null;
}

export interface Incident extends Omit<Known, 'alerts'> {
  alerts: Alert[];
  alert_count: number;
  /** channels that had a notice */
  told: string[];
}

export interface IncidentDetail extends Incident {
  decisions: Decision[];
  deliveries: Pick<Delivery, 'channel' | 'event' | 'status' | 'created_at' | 'attempts' | 'answer'>[];
  values: Record<string, { metric: string; where: string[]; by: string[]; since: string; until: string }>;
}

export interface RuleGroup {
  labels: Record<string, string>;
  state: string;
  value: number | null;
  n: number | null;
  since: string | null;
}

export interface Rule {
  name: string;
  title: string;
  metric: string;
  where: Record<string, string[]>;
  by: string[];
  /** seconds that a value is measured over */
  over: number;
  bad: 'above' | 'below';
  bound: number;
  clears: number | null;
  for_seconds: number;
  resolve_after: number;
  severity: number;
  group: string;
  runbook: string;
  channels: string[];
  state: string;
  trouble: string;
  firing: number;
  groups: RuleGroup[];
}

export interface Silence {
  id: string;
  matchers: Record<string, string[]>;
  starts: string;
  ends: string;
  reason: string;
  author: string;
}

export interface Channel {
  name: string;
  kind: string;
  target: string;
  state: string;
  failures: number;
  failing_since: string | null;
  dead_since: string | null;
  paused_until: string | null;
  sent_at: string | null;
  answered_at: string | null;
  answer: string;
  waiting: number;
}

export interface Delivery {
  id: string;
  incident: string;
  channel: string;
  event: string;
  status: string;
  created_at: string;
  due_at: string;
  attempts: number;
  answered_at: string | null;
  answer: string;
}

export interface Tested {
  channel: string;
  sent: boolean;
  answer: string;
  seconds: number;
}

export interface Metric {
  name: string;
  title: string;
  unit: string;
  sentence: string;
}

export interface MetricSeries {
  metric: string;
  unit: string;
  /** seconds */
  step: number;
  /** seconds since 1970 */
  times: number[];
  lines: { name: string; labels: Record<string, string>; values: (number | null)[] }[];
}

export interface Edge {
  region: string;
  instance: string;
  /** seconds since its last report */
  age: number;
  digest: string;
  wanted: string;
  current: boolean;
  config_version: number;
  envoy: string;
  rejection: { resource: string; reason: string; at: string; config_version: number } | null;
  sentence: string;
  report: { started: string; requests: number; clients: number };
}

export interface EdgesStatus {
  config_version: number;
  sentence: string;
  regions: { region: string; wanted: string; edges: Edge[]; sentence: string }[];
}

export interface RegionHealth {
  region: string;
  status: string;
  sentence: string;
  edges: number;
  services: {
    service: string;
    location: string;
    up: boolean;
    healthy: number;
    total: number;
    since: string;
    reason: string;
  }[];
  /** location -> share that is drained */
  draining: Record<string, number>;
}

export interface FailoverChain {
  feature: string;
  target: string;
  chain: { location: string; wrong: string }[];
}

export interface Drain {
  location: string;
  /** part of the traffic that is taken away now, and in the end */
  share: number;
  to: number;
  /** seconds */
  over: number;
  started_at: string;
  reason: string;
  author: string;
}

export interface Degradation {
  level: number;
  name: string;
  since: string | null;
  why: string;
  entered_by: string;
  automatic: boolean;
  regions: {
    region: string;
    level: number;
    name: string;
    since: string | null;
    why: string;
    entered_by: string;
    manual: number | null;
    everywhere: boolean;
    turned_off: string[];
  }[];
  levels: { level: number; name: string; turns_off: string[] }[];
}

export interface Costs {
  currency: string;
  range: string;
  total: number;
  per_user: number | null;
  /** null: less than an hour was measured */
  per_month: number | null;
  users: number;
  parts: Record<string, number>;
  regions: {
    region: string;
    total: number;
    per_user: number | null;
    users: number;
    parts: Record<string, number>;
  }[];
  sentence: string;
}

export interface Counted {
  name: string;
  requests: number;
  refused: number;
}

export interface LimitUsage extends Counted {
  key: string;
  scope: string;
  shadow: boolean;
  failed_open: number;
  failed_closed: number;
  countries: Counted[];
  tiers: Counted[];
}

export interface LimitsUsage {
  minutes: number;
  limits: LimitUsage[];
  top: { limit: string; who: string; refused: number; beyond: number }[];
}

export interface Blocks {
  blocks: {
    region: string;
    kind: string;
    name: string;
    shield: string;
    began: string;
    until: string;
    in_a_row: number;
  }[];
}
