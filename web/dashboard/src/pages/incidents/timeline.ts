/** What happened in an incident, in one order: it began, decisions were made, people were told, it ended. Pure. */
import type { IncidentDetail } from '../../api/opstypes.ts';
import type { Tone } from '../../format/names.ts';

export interface Moment {
  key: string;
  at: number;
  tone: Tone;
  title: string;
  note: string;
  /** id of the decision behind it, or '' */
  decision: string;
}

const TOLD: Record<string, Tone> = { sent: 'ok', waiting: 'idle', superseded: 'idle', given_up: 'bad' };

export function timelineOf(incident: IncidentDetail): Moment[] {
  const moments: Moment[] = [
    moment('started', incident.started, 'bad', 'It began', `${incident.title}`),
    ...incident.decisions
      .filter((each) => !isTold(each.kind))
      .map((each) => ({
        key: each.id,
        at: Date.parse(each.at),
        tone: 'idle' as Tone,
        title: each.sentence,
        note: [
          each.controller,
          each.actor === 'meridian' ? '' : `by ${each.actor}`,
          each.reason && `“${each.reason}”`,
        ]
          .filter(Boolean)
          .join(' · '),
        decision: each.id,
      })),
    ...incident.deliveries.map((each, index) =>
      moment(
        `told-${index}`,
        each.created_at,
        TOLD[each.status] ?? 'idle',
        `${each.channel} ${told(each.event, each.status)}`,
        [each.attempts > 1 ? `${each.attempts} attempts` : '', each.answer].filter(Boolean).join(' · '),
      ),
    ),
  ];
  if (incident.acknowledged) {
    const { at, by, reason } = incident.acknowledged;
    moments.push(moment('acknowledged', at, 'warn', `${by} takes care of it`, `“${reason}”`));
  }
  if (incident.resolved) {
    moments.push(
      moment('resolved', incident.resolved, 'ok', 'It was over', `after ${incident.alert_count} alerts`),
    );
  }
  return moments.sort((a, b) => a.at - b.at);
}

/** Decisions that only say what the incident itself says: that it began, that somebody cares, that it is over. */
function isTold(kind: string): boolean {
  return /^incident-(opened|resolved|acknowledged)$/.test(kind);
}

function told(event: string, status: string): string {
  if (status === 'sent') return `was told: ${event}`;
  if (status === 'given_up') return `could not be told: ${event}`;
  if (status === 'superseded') return `was not told, as there was newer news: ${event}`;
  return `will be told: ${event}`;
}

function moment(key: string, at: string, tone: Tone, title: string, note: string): Moment {
  return { key, at: Date.parse(at), tone, title, note, decision: '' };
}

/** Seconds that it lasted, or has lasted. */
export function lastedFor(incident: { started: string; resolved: string | null }, now: number): number {
  const end = incident.resolved ? Date.parse(incident.resolved) : now;
  return Math.max(0, (end - Date.parse(incident.started)) / 1000);
}

/** "42 s", "3 min 05 s", "2 h 10 min", "3 d 4 h": two units, as a clock beside an incident is read. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

/** Alerts of each rule, those that fire first. */
export function byRule<Alert extends { rule: string; state: string }>(
  alerts: readonly Alert[],
): { rule: string; firing: number; alerts: Alert[] }[] {
  const rules = new Map<string, Alert[]>();
  for (const alert of alerts) rules.set(alert.rule, [...(rules.get(alert.rule) ?? []), alert]);
  return [...rules].map(([rule, found]) => ({
    rule,
    firing: found.filter((alert) => alert.state === 'firing').length,
    alerts: found.sort((a, b) => Number(b.state === 'firing') - Number(a.state === 'firing')),
  }));
}

/** Filters of a rule's query, narrowed to what the incident's alerts are about. */
export function narrowed(
  where: readonly string[],
  by: readonly string[],
  alerts: readonly { labels: Record<string, string> }[],
  most = 6,
): string[] {
  const values = by.flatMap((name) =>
    [...new Set(alerts.map((alert) => alert.labels[name]))]
      .filter((value) => value !== undefined)
      .slice(0, most)
      .map((value) => `${name}:${value}`),
  );
  return [...new Set([...where, ...values])];
}
