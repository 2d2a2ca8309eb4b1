/** What is true now: the dashboard as it was first asked for, kept up to date by the stream. All of it is bounded, so that a page
 * that stays open all night needs no more memory in the morning. */
import { api, Problem } from '../api/client.ts';
import type { ServerEvent } from '../api/sse.ts';
import { openStream, type Connection } from '../api/stream.ts';
import type { Dashboard, Decision, Incident, Live, Tick } from '../api/types.ts';

/** Seconds of key figures that are kept for the small lines beside them. */
export const KEPT = 300;
const DECISIONS = 200;
const INCIDENTS = 100;
/** ms between two drawings that events other than the second's numbers cause. */
const GATHER = 200;

export const FIGURES = ['rps', 'error_rate', 'p95', 'active_users'] as const;
export type Figure = (typeof FIGURES)[number];

export interface LiveState {
  connection: Connection;
  /** when the last numbers came, ms since 1970 by this browser's clock; 0: never */
  heard: number;
  dashboard: Dashboard | null;
  problem: Problem | null;
  decisions: readonly Decision[];
  incidents: readonly Incident[];
  /** values of the last minutes, oldest first; a new array each second */
  recent: Readonly<Record<Figure, readonly (number | null)[]>>;
}

const EMPTY: LiveState = {
  connection: 'connecting',
  heard: 0,
  dashboard: null,
  problem: null,
  decisions: [],
  incidents: [],
  recent: { rps: [], error_rate: [], p95: [], active_users: [] },
};

export class LiveStore {
  private state = EMPTY;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private end: (() => void) | undefined;

  readonly snapshot = (): LiveState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    document.addEventListener('visibilitychange', this.look);
    this.look();
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.look);
    this.pause();
    this.state = EMPTY;
  }

  /** A hidden page asks for nothing and draws nothing; shown again, it begins with what is true by then. */
  private readonly look = (): void => {
    if (document.hidden) this.pause();
    else if (!this.end) this.resume();
  };

  private pause(): void {
    this.end?.();
    this.end = undefined;
    clearTimeout(this.retry);
  }

  private resume(): void {
    const ended = new AbortController();
    const close = openStream('/infrastructure/stream', {
      event: (event) => this.take(event),
      state: (connection) => {
        if (connection !== this.state.connection) this.change({ connection });
      },
    });
    this.end = () => {
      ended.abort();
      close();
    };
    void this.load(ended.signal);
  }

  /** The whole dashboard; tried again until it comes. */
  private async load(signal: AbortSignal): Promise<void> {
    try {
      const dashboard = await api.dashboard(signal);
      this.change({
        dashboard,
        problem: null,
        heard: this.state.heard || Date.now(),
        decisions: merged(dashboard.decisions, this.state.decisions, (each) => each.at, DECISIONS),
        incidents: merged(dashboard.incidents, this.state.incidents, (each) => each.started, INCIDENTS),
      });
    } catch (error) {
      if (signal.aborted) return;
      this.change({ problem: error instanceof Problem ? error : new Problem(0, String(error)) });
      this.retry = setTimeout(() => void this.load(signal), 3000);
    }
  }

  private take(event: ServerEvent): void {
    const content: unknown = JSON.parse(event.data);
    if (event.event === 'live') this.second(content as Tick);
    else if (event.event === 'decision') this.decided(content as Decision);
    else if (event.event === 'incident') this.happened(content as Incident);
  }

  private second(tick: Tick): void {
    const before = this.state.dashboard;
    const live: Live = {
      ...tick.live,
      rps: tick.rps,
      error_rate: tick.error_rate,
      p95: tick.p95,
      regions: tick.regions,
    };
    const recent = Object.fromEntries(
      FIGURES.map((figure) => [figure, [...this.state.recent[figure].slice(1 - KEPT), live[figure]]]),
    ) as Record<Figure, (number | null)[]>;
    const now = new Map(tick.locations.map((each) => [each.name, each]));
    const dashboard = before && {
      ...before,
      at: tick.at,
      live,
      flows: tick.flows,
      map: {
        ...before.map,
        locations: before.map.locations.map((each) => ({ ...each, ...now.get(each.name) })),
      },
    };
    this.change({ dashboard, recent, heard: Date.now() }, 0);
  }

  private decided(decision: Decision): void {
    this.change({ decisions: merged([decision], this.state.decisions, (each) => each.at, DECISIONS) });
  }

  private happened(incident: Incident): void {
    this.change({ incidents: merged([incident], this.state.incidents, (each) => each.started, INCIDENTS) });
  }

  private change(part: Partial<LiveState>, within = GATHER): void {
    this.state = { ...this.state, ...part };
    if (within === 0) this.tell();
    else this.timer ??= setTimeout(this.tell, within);
  }

  private readonly tell = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.listeners.forEach((listener) => listener());
  };
}

/** Both lists by id, the newer word of each, newest first, at most so many. */
export function merged<Item extends { id: string }>(
  newer: readonly Item[],
  older: readonly Item[],
  time: (item: Item) => string,
  most: number,
): Item[] {
  const known = new Map<string, Item>();
  for (const item of [...older, ...newer]) known.set(item.id, item);
  return [...known.values()]
    .sort((a, b) => (time(a) < time(b) ? 1 : time(a) > time(b) ? -1 : 0))
    .slice(0, most);
}
