/** What control answers, as docs/openapi.json describes it. Times are ISO 8601 unless said otherwise. */

export type Role = 'admin' | 'ops';
export type Status = 'healthy' | 'degraded' | 'down' | 'unknown';

export interface Principal {
  name: string;
  role: Role | 'edge' | 'app' | 'user';
  region: string;
}

export interface RegionLive {
  region: string;
  status: string;
  sentence: string;
  rps: number | null;
  error_rate: number | null;
  /** ms */
  p95: number | null;
  active_users: number | null;
}

export interface ServiceLive {
  service: string;
  status: string;
  locations: { location: string; healthy: number; total: number }[];
}

/** Live metrics of the whole app. Rates of tokens are per minute; times in seconds, latencies in ms; shares from 0 to 1. */
export interface Live {
  at: string;
  active_users: number | null;
  paying_users: number | null;
  tokens: { earned: number | null; spent: number | null; net: number | null; transactions: number | null };
  fraud_alerts: { active: number | null; critical: number | null; resolved_today: number | null };
  payouts: {
    pending: number | null;
    processing: number | null;
    failed: number | null;
    amount: number | null;
    currency: string;
  };
  support: { open: number | null; urgent: number | null; mean_response_time: number | null };
  panic: { last_24h: number | null; active: number | null };
  system: { status: string; sentence: string };
  services: ServiceLive[];
  regions: RegionLive[];
  rps: number | null;
  error_rate: number | null;
  p95: number | null;
  degradation: { level: number; name: string };
}

export interface Flow {
  country: string;
  region: string;
  location: string;
  rps: number;
  failed_share: number;
  refused_share: number;
}

export interface LocationLive {
  name: string;
  place: string;
  latitude: number;
  longitude: number;
  region: string;
  /** whether it is its region's home location */
  home: boolean;
  status: string;
  rps: number | null;
  p95: number | null;
  error_rate: number | null;
}

export interface PanelInfo {
  name: string;
  title: string;
  unit: string;
  /** seconds */
  refresh: number;
  objective: number | null;
  /** the objective is a lower bound */
  least: boolean;
  sentence: string;
}

export interface Series {
  panel: string;
  title: string;
  unit: string;
  objective: number | null;
  /** seconds */
  step: number;
  /** seconds since 1970 */
  times: number[];
  lines: { name: string; labels: Record<string, string>; values: (number | null)[] }[];
  sentence: string;
}

export interface Decision {
  id: string;
  at: string;
  controller: string;
  kind: string;
  subject: string;
  sentence: string;
  evidence: Record<string, unknown>;
  action: Record<string, unknown>;
  undo: Record<string, unknown> | null;
  actor: string;
  reason: string;
  undone_at: string | null;
  undone_by: string;
}

export interface Incident {
  id: string;
  key: string;
  severity: 1 | 2 | 3 | 4;
  state: 'open' | 'acknowledged' | 'resolved';
  title: string;
  sentence: string;
  subject: string;
  cause: string;
  decision: string;
  started: string;
  resolved: string | null;
  acknowledged: { by: string; at: string; reason: string } | null;
  alerts: { rule: string; labels: Record<string, string>; value: number; since: string; state: string }[];
  runbook: string;
  silenced: boolean;
}

export interface Market {
  state: string;
}

export interface Dashboard {
  at: string;
  app: string;
  live: Live;
  flows: Flow[];
  map: {
    locations: LocationLive[];
    countries: Record<string, { region: string; market: string | Market | null }>;
  };
  incidents: Incident[];
  decisions: Decision[];
  panels: PanelInfo[];
}

/** One second of the stream. */
export interface Tick {
  at: string;
  rps: number | null;
  error_rate: number | null;
  p95: number | null;
  regions: RegionLive[];
  /** what of a location changes; where it is came with the dashboard */
  locations: Pick<LocationLive, 'name' | 'status' | 'rps' | 'p95' | 'error_rate'>[];
  flows: Flow[];
  live: Live;
}
