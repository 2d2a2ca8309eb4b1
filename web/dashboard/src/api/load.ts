/** What the pages of load tests ask and do. */
import { BASE, problemOf, query, request } from './client.ts';
import type { Comparison, RawSummary, Run, Scenarios, StartAsked, Summary } from './loadtypes.ts';
import { token } from './session.ts';

const encoded = encodeURIComponent;
const ROOT = '/load-tests';

export const load = {
  runs: async (limit: number, signal?: AbortSignal) =>
    (await request<{ runs: Run[] }>(query(ROOT, { limit }), { signal })).runs,
  run: async (id: string, signal?: AbortSignal) =>
    filled(await request<RawSummary>(`${ROOT}/${encoded(id)}`, { signal })),
  scenarios: (signal?: AbortSignal) => request<Scenarios>(`${ROOT}/scenarios`, { signal }),
  start: (asked: StartAsked) => request<{ id: string }>(ROOT, { method: 'POST', body: asked }),
  stop: (id: string, reason: string) =>
    request<unknown>(`${ROOT}/${encoded(id)}/stop`, { method: 'POST', body: { reason } }),
  /** How `id` differs from the run `before` it. */
  compare: (id: string, before: string, signal?: AbortSignal) =>
    request<Comparison>(query(`${ROOT}/${encoded(id)}/compare`, { with: before }), { signal }),
  /** The report, one file. A link could not say who asks for it. */
  report: async (id: string): Promise<Blob> => {
    const answer = await fetch(`${BASE}${ROOT}/${encoded(id)}/report`, {
      headers: { authorization: `Bearer ${token()}` },
    });
    if (!answer.ok) throw await problemOf(answer, true);
    return answer.blob();
  },
};

/** The same with something in every place, so that no view has to ask whether there is a list. */
export function filled(raw: RawSummary): Summary {
  const { series, heatmap, validity, resources } = raw;
  return {
    ...(raw as Summary),
    ended: (raw.ended as string | null) ?? null,
    sentence: (raw.sentence as string) ?? '',
    duration: (raw.duration as number) ?? 0,
    by: (raw.by as string) ?? '',
    stop: (raw.stop as string) ?? '',
    asked: { requests: null, rate: null, ...raw.asked },
    achieved: { requests: null, rate: null, ...raw.achieved },
    waiting: (raw.waiting as number | null) ?? null,
    validity: {
      ...{ valid: null, sentence: '', worst_lag_ms: null, sent: null, due: null },
      ...validity,
      late_seconds: validity?.late_seconds ?? [],
    },
    latency: raw.latency ?? {},
    outcomes: (raw.outcomes ?? {}) as Summary['outcomes'],
    errors: (raw.errors as number | null) ?? null,
    ...lists(raw),
    series: {
      step: series?.step ?? 1,
      at: series?.at ?? [],
      asked: series?.asked ?? [],
      achieved: series?.achieved ?? [],
      errors: series?.errors ?? [],
      p50: series?.p50 ?? [],
      p95: series?.p95 ?? [],
      p99: series?.p99 ?? [],
      max: series?.max ?? [],
      lag_ms: series?.lag_ms ?? [],
      late: series?.late ?? [],
      by_region: series?.by_region ?? {},
    },
    heatmap: {
      step: heatmap?.step ?? 1,
      at: heatmap?.at ?? [],
      bounds_ms: heatmap?.bounds_ms ?? [],
      counts: heatmap?.counts ?? [],
    },
    capacity: raw.capacity ? { knee_rate: null, sentence: '', points: [], ...raw.capacity } : null,
    recovery: raw.recovery ? { seconds: null, sentence: '', ...raw.recovery } : null,
    resources: { at: resources?.at ?? [], processes: resources?.processes ?? [] },
    comparison: (raw.comparison as Comparison | null) ?? null,
    second: (raw.second as number | null) ?? null,
    phase: (raw.phase as string) ?? '',
    next_chaos: (raw.next_chaos as Summary['next_chaos']) ?? null,
  };
}

const LISTS = [
  'steps',
  'regions',
  'locations',
  'versions',
  'thresholds',
  'checks',
  'phases',
  'events',
  'crashes',
  'failovers',
  'leaks',
  'trouble',
] as const;

function lists(raw: RawSummary): Pick<Summary, (typeof LISTS)[number]> {
  const found = LISTS.map((name) => [name, raw[name] ?? []]);
  return Object.fromEntries(found) as Pick<Summary, (typeof LISTS)[number]>;
}
