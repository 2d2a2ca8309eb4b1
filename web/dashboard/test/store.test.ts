import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at, dashboardAt, decisionsAt } from '../dev/world.js';
import { login } from '../src/api/session.ts';
import { KEPT, LiveStore, merged } from '../src/live/store.ts';

const START = 1000 * 360;
let stream: ReadableStreamDefaultController<Uint8Array>;
let store: LiveStore;

function send(event: string, data: unknown): void {
  stream.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
}

beforeEach(() => {
  login('ops');
  vi.stubGlobal('fetch', (path: string) => {
    if (!path.endsWith('/stream')) return Promise.resolve(new Response(JSON.stringify(dashboardAt(START))));
    return Promise.resolve(new Response(new ReadableStream({ start: (made) => void (stream = made) })));
  });
  store = new LiveStore();
  store.start();
});

afterEach(() => {
  store.stop();
  vi.unstubAllGlobals();
});

const until = (condition: () => unknown) => vi.waitUntil(condition, { timeout: 3000, interval: 5 });

describe('the live state', () => {
  it('begins with the dashboard and follows the stream', async () => {
    await until(() => store.snapshot().dashboard);
    send('live', at(START + 250));
    await until(() => store.snapshot().connection === 'live' && store.snapshot().recent.rps.length === 1);
    const { dashboard } = store.snapshot();
    expect(dashboard?.map.locations[0]).toMatchObject({ name: 'europe-west1', status: 'down' });
    expect(dashboard?.map.countries.DE).toEqual({ region: 'EU', market: null });
    expect(dashboard?.live.rps).toBe(at(START + 250).rps);
  });

  it('keeps only so many seconds, however long it runs', async () => {
    await until(() => store.snapshot().dashboard);
    for (let second = 0; second < KEPT + 50; second += 1) send('live', at(START + second));
    await until(() => store.snapshot().dashboard?.live.at === at(START + KEPT + 49).at);
    expect(store.snapshot().recent.rps).toHaveLength(KEPT);
    expect(store.snapshot().recent.rps.at(-1)).toBe(at(START + KEPT + 49).rps);
  });

  it('puts a new decision first and a changed one in its place', async () => {
    await until(() => store.snapshot().decisions.length);
    const [newest] = decisionsAt(START);
    send('decision', { ...newest, undone_by: 'anna', undone_at: '2026-01-01T00:00:00Z' });
    send('decision', { ...newest, id: 'another', at: '2999-01-01T00:00:00Z' });
    await until(() => store.snapshot().decisions[0]?.id === 'another');
    expect(store.snapshot().decisions[1]).toMatchObject({ id: newest?.id, undone_by: 'anna' });
    expect(store.snapshot().decisions).toHaveLength(31);
  });
});

describe('merged', () => {
  it('is bounded, newest first, each once', () => {
    const older = [1, 2, 3].map((id) => ({ id: String(id), at: String(id), from: 'older' }));
    const newer = [3, 4].map((id) => ({ id: String(id), at: String(id), from: 'newer' }));
    expect(merged(newer, older, (each) => each.at, 3).map((each) => each.id + each.from)).toEqual([
      '4newer',
      '3newer',
      '2older',
    ]);
  });
});
