/** What a run is in: its colour, whether it goes on, how far it is. Pure. */
import type { Phase, Run, Summary } from '../../api/loadtypes.ts';
import type { Tone } from '../../format/names.ts';

const TONES: Record<string, Tone> = {
  passed: 'ok',
  failed: 'bad',
  aborted: 'bad',
  invalid: 'warn',
  lost: 'warn',
};

export function runTone(state: string): Tone {
  return TONES[state] ?? 'idle';
}

/** A run that nothing is heard of may be heard of again. */
export function isOver({ state }: Pick<Run, 'state'>): boolean {
  return state !== 'running' && state !== 'lost';
}

/** Whether all that was sent up to now is warm-up, of which nothing is judged. */
export function warmingUp(run: Summary): boolean {
  const at = elapsedOf(run);
  return !isOver(run) && run.phases.some((phase) => phase.warm_up && phase.from <= 0 && at <= phase.to);
}

/** Seconds of the run that are told of: by what was measured, as clocks of several machines differ. */
export function elapsedOf({ series, duration, second, ...run }: Summary): number {
  const within = (seconds: number) => Math.min(duration, Math.max(0, seconds));
  if (isOver(run) && run.ended) return within((Date.parse(run.ended) - Date.parse(run.began)) / 1000);
  if (second !== null) return within(second);
  const last = series.at.at(-1);
  return last === undefined ? 0 : within(last + series.step);
}

/** What the axis of time begins and ends with: the whole run when it is over, and what is known while it goes on. */
export function axisOf(run: Summary): readonly [number, number] {
  const { series, heatmap, duration } = run;
  const ends = [series, heatmap].map(({ at, step }) => (at.at(-1) ?? 0) + step);
  if (isOver(run)) return [0, Math.max(duration, series.at.at(-1) ?? 0)];
  return [series.at[0] ?? heatmap.at[0] ?? 0, Math.max(Math.min(duration, SHORT), ...ends)];
}

/** Seconds that an axis is long at first: lines that have just begun have room to grow. */
const SHORT = 60;

export interface Stretch extends Phase {
  /** part of the whole run, and of itself that is over */
  share: number;
  done: number;
  now: boolean;
}

/** The run as stretches beside each other; one for all of it where it has no phases. */
export function stretches(run: Pick<Summary, 'phases' | 'duration'>, at: number): Stretch[] {
  const whole: Phase = { name: '', from: 0, to: run.duration, warm_up: false, rate: null };
  const phases = run.phases.filter((phase) => phase.to > phase.from).toSorted((a, b) => a.from - b.from);
  const given = phases.length ? phases : [whole];
  const length = Math.max(...given.map((phase) => phase.to), 0.001);
  return given.map((phase) => ({
    ...phase,
    share: (phase.to - phase.from) / length,
    done: Math.min(1, Math.max(0, (at - phase.from) / Math.max(phase.to - phase.from, 0.001))),
    now: at >= phase.from && at < phase.to,
  }));
}

/** Two runs to compare: a third one takes the place of the one that was picked first. */
export function pick(picked: readonly string[], id: string): string[] {
  return picked.includes(id) ? picked.filter((each) => each !== id) : [...picked, id].slice(-2);
}

/** The earlier run of two, then the later one. */
export function inOrder<Each extends { began: string }>(a: Each, b: Each): readonly [Each, Each] {
  return Date.parse(a.began) <= Date.parse(b.began) ? [a, b] : [b, a];
}

/** A change with its sign, as "+12.3%". Of a share it is a difference: "+0.4 points". */
export function changeText(share: number | null, unit = ''): string {
  if (share === null || !Number.isFinite(share)) return '–';
  const percent = share * 100;
  const digits = unit === 'share' ? 2 : Math.abs(percent) >= 9.95 ? 0 : 1;
  const text = Math.abs(percent).toFixed(digits);
  const per = unit === 'share' ? ' points' : '%';
  return Number(text) === 0 ? `0${per}` : `${percent < 0 ? '−' : '+'}${text}${per}`;
}

/** Of what a comparison measures: latencies unless its name says otherwise. */
export function unitOf(metric: string): string {
  if (/error/.test(metric)) return 'share';
  return /rate|throughput|rps/.test(metric) ? 'rps' : 'ms';
}

/** How a threshold's value is written: its shares are from 0 to 1, though people write them in percent. */
export function boundUnit(unit: string): string {
  return unit === '%' ? 'share' : unit;
}

/** Which of the pictures there is something for. */
export function known(run: Summary): { heat: boolean; crashes: boolean; failovers: boolean } {
  const over = isOver(run);
  return {
    heat: over || run.heatmap.at.length > 0,
    crashes: over || run.crashes.length > 0,
    failovers: over || run.failovers.length > 0,
  };
}

/** "one", "one and two", "one, two and three". */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
