/** What the operators' pages ask and do, beside what the overview needs. */
import { query, request } from './client.ts';
import type {
  Blocks,
  Channel,
  Costs,
  Decision,
  Degradation,
  Delivery,
  Drain,
  EdgesStatus,
  FailoverChain,
  Incident,
  IncidentDetail,
  LimitsUsage,
  Metric,
  MetricSeries,
  RegionHealth,
  Replay,
  Rule,
  Silence,
  Tested,
} from './opstypes.ts';

const encoded = encodeURIComponent;
/** What changes something answers with its decision. */
export interface Done {
  decision: string;
  sentence: string;
}

export interface MetricQuery {
  metric: string;
  where?: readonly string[];
  by?: readonly string[];
  range?: string;
  since?: string;
  until?: string;
}

function several(path: string, fields: object): string {
  const text = new URLSearchParams();
  for (const [name, given] of Object.entries(fields) as [string, string | readonly string[] | undefined][]) {
    for (const value of typeof given === 'string' ? [given] : (given ?? [])) text.append(name, value);
  }
  return `${path}?${text.toString()}`;
}

export const ops = {
  decision: (id: string, signal?: AbortSignal) => request<Decision>(`/decisions/${encoded(id)}`, { signal }),
  replay: (id: string) => request<Replay>(`/decisions/${encoded(id)}/replay`),

  incidents: async (state: 'open' | 'resolved' | 'all', signal?: AbortSignal) =>
    (await request<{ incidents: Incident[] }>(query('/incidents', { state, limit: 200 }), { signal }))
      .incidents,
  /** Why alert rules are not judged now; empty while they are. */
  unjudged: async (signal?: AbortSignal) =>
    (await request<{ trouble: string }>(query('/incidents', { state: 'open', limit: 1 }), { signal }))
      .trouble,
  incident: (id: string, signal?: AbortSignal) =>
    request<IncidentDetail>(`/incidents/${encoded(id)}`, { signal }),
  acknowledge: (id: string, reason: string) =>
    request<Incident>(`/incidents/${encoded(id)}/acknowledge`, { method: 'POST', body: { reason } }),

  rules: async (signal?: AbortSignal) =>
    (await request<{ rules: Rule[] }>('/alerts/rules', { signal })).rules,
  silences: async (signal?: AbortSignal) =>
    (await request<{ silences: Silence[] }>('/silences', { signal })).silences,
  silence: (matchers: Record<string, string[]>, lasts: string, reason: string) =>
    request<Silence>('/silences', { method: 'POST', body: { matchers, lasts, reason } }),
  endSilence: (id: string, reason: string) =>
    request<Done>(query(`/silences/${encoded(id)}`, { reason }), { method: 'DELETE' }),
  channels: async (signal?: AbortSignal) =>
    (await request<{ channels: Channel[] }>('/alerts/channels', { signal })).channels,
  deliveries: (fields: Record<string, string | number | undefined>, signal?: AbortSignal) =>
    request<{ deliveries: Delivery[]; next: number | null }>(query('/alerts/deliveries', fields), { signal }),
  test: (channel: string) => request<Tested>(`/alerts/channels/${encoded(channel)}/test`, { method: 'POST' }),
  runbook: (name: string, signal?: AbortSignal) =>
    request<{ name: string; text: string }>(`/runbooks/${encoded(name)}`, { signal }),

  metrics: (signal?: AbortSignal) => request<Metric[]>('/metrics/catalogue', { signal }),
  series: (asked: MetricQuery, signal?: AbortSignal) =>
    request<MetricSeries>(several('/metrics/query', asked), { signal }),

  edges: (signal?: AbortSignal) => request<EdgesStatus>('/edges', { signal }),
  health: (region: string, signal?: AbortSignal) =>
    request<RegionHealth>(`/health/${encoded(region)}`, { signal }),
  failover: async (region: string, signal?: AbortSignal) =>
    (await request<{ chains: FailoverChain[] }>(`/regions/${encoded(region)}/failover`, { signal })).chains,
  drains: async (signal?: AbortSignal) => (await request<{ drains: Drain[] }>('/drains', { signal })).drains,
  drain: (name: string, over: string, reason: string) =>
    request<Done>(`/regions/${encoded(name)}/drain`, { method: 'POST', body: { over, reason } }),
  undrain: (name: string, reason: string) =>
    request<Done>(`/regions/${encoded(name)}/undrain`, { method: 'POST', body: { reason } }),

  degradation: (signal?: AbortSignal) => request<Degradation>('/degradation', { signal }),
  degrade: (level: number | null, region: string, reason: string) =>
    request<Done>('/degradation', { method: 'POST', body: { level, region, reason } }),
  costs: (range: string, signal?: AbortSignal) => request<Costs>(query('/costs', { range }), { signal }),
  usage: (minutes: number, signal?: AbortSignal) =>
    request<LimitsUsage>(query('/limits/usage', { minutes, most: 20 }), { signal }),
  blocks: async (signal?: AbortSignal) => (await request<Blocks>('/limits/blocks', { signal })).blocks,
  lift: (kind: string, subject: string, reason: string) =>
    request<Done>('/limits/blocks/lift', { method: 'POST', body: { kind, subject, reason } }),
};
