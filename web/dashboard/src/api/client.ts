/** Asks control. Whatever goes wrong becomes a `Problem` with a sentence and what to do about it; a refused token ends the session. */
import { logout, token } from './session.ts';
import type { Dashboard, Decision, PanelInfo, Principal, Series } from './types.ts';

export const BASE = '/infrastructure';

export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly todo: string = '',
  ) {
    super(detail);
  }
}

export async function request<Answer>(
  path: string,
  options: { method?: string; body?: unknown; signal?: AbortSignal | undefined; secret?: string } = {},
): Promise<Answer> {
  const headers: Record<string, string> = { authorization: `Bearer ${options.secret ?? token()}` };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  let answer: Response;
  try {
    answer = await fetch(BASE + path, {
      method: options.method ?? 'GET',
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'control does not answer', 'check that it runs: meridian status');
  }
  if (!answer.ok) throw await problemOf(answer, options.secret === undefined);
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

export async function problemOf(answer: Response, endsSession: boolean): Promise<Problem> {
  const raw = (await answer.json().catch(() => ({}))) as { detail?: string; todo?: string };
  const detail = raw.detail ?? `control answered ${answer.status}`;
  if (answer.status === 401 && endsSession) logout('Your token is not accepted any more.');
  return new Problem(answer.status, detail, raw.todo ?? '');
}

export function query(path: string, fields: Record<string, string | number | undefined>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

export const api = {
  whoami: (secret?: string) => request<Principal>('/whoami', secret === undefined ? {} : { secret }),
  dashboard: (signal?: AbortSignal) => request<Dashboard>('/dashboard', { signal }),
  panels: (signal?: AbortSignal) => request<PanelInfo[]>('/metrics/panels', { signal }),
  history: (panel: string, range: Range, region: string, signal?: AbortSignal) =>
    request<Series>(query('/metrics/history', { panel, region, range }), { signal }),
  decisions: (fields: Record<string, string | number | undefined>, signal?: AbortSignal) =>
    request<{ decisions: Decision[]; next: string }>(query('/decisions', fields), { signal }),
  undo: (id: string, reason: string) =>
    request<Decision>(`/decisions/${encodeURIComponent(id)}/undo`, { method: 'POST', body: { reason } }),
};

export type Range = '15m' | '1h' | '24h' | '7d' | '30d';
export const RANGES: Record<Range, number> = {
  '15m': 900,
  '1h': 3600,
  '24h': 86400,
  '7d': 604800,
  '30d': 2592000,
};
