/** Decisions as pages of the journal give them and as the stream brings them, made one list. Pure. */
import type { Decision } from '../../api/types.ts';

export interface Filter {
  controller: string;
  subject: string;
  kind: string;
}

export function fits(decision: Decision, filter: Filter): boolean {
  return (['controller', 'subject', 'kind'] as const).every(
    (name) => filter[name] === '' || decision[name] === filter[name],
  );
}

/** By id, the newest first (ids grow with time). One that was taken back stays so, whichever list knows it. */
export function joined(...lists: readonly (readonly Decision[])[]): Decision[] {
  const known = new Map<string, Decision>();
  for (const each of lists.flat()) {
    const before = known.get(each.id);
    if (!before || !before.undone_at) known.set(each.id, each);
  }
  return [...known.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? 1 : -1));
}

/** What one may filter by: the values seen, and the chosen one also when nothing of it is seen. */
export function choices(decisions: readonly Decision[], name: keyof Filter, chosen: string): string[] {
  return [...new Set([...decisions.map((each) => each[name]), chosen])].filter(Boolean).sort();
}

/** Days of a list that is newest first, each with its decisions. day: names a moment's day. */
export function byDay(
  decisions: readonly Decision[],
  day: (at: number) => string,
): { day: string; decisions: Decision[] }[] {
  const days: { day: string; decisions: Decision[] }[] = [];
  for (const each of decisions) {
    const name = day(Date.parse(each.at));
    const last = days.at(-1);
    if (last?.day === name) last.decisions.push(each);
    else days.push({ day: name, decisions: [each] });
  }
  return days;
}

export function toneOfKind(kind: string): 'bad' | 'warn' | 'ok' | 'idle' {
  if (/down|failover|opened|reject|escalat|block/.test(kind)) return 'bad';
  if (/drain|level|degrade|entered|silence|undo|raise|widen/.test(kind)) return 'warn';
  if (/return|resolved|recover|undrain|left|over$|end$/.test(kind)) return 'ok';
  return 'idle';
}

/** Whether control can decide it again: a controller's decision, not a person's or an edge's. */
export function isReplayed({ actor, controller }: Pick<Decision, 'actor' | 'controller'>): boolean {
  return actor === 'meridian' && controller !== 'operator';
}
