import { describe, expect, it } from 'vitest';
import type { IncidentDetail } from '../src/api/opstypes.ts';
import { announcement } from '../src/pages/incidents/announcement.ts';
import { byRule, duration, lastedFor, narrowed, timelineOf } from '../src/pages/incidents/timeline.ts';

const BEGAN = '2026-11-22T11:00:00Z';
const alert = (rule: string, what: string, state = 'firing') => ({
  rule,
  labels: { what },
  value: 0,
  worst: 0,
  threshold: 0.5,
  since: BEGAN,
  state,
  resolved: null,
});

function incident(part: Partial<IncidentDetail> = {}): IncidentDetail {
  return {
    id: 'i',
    key: 'i',
    severity: 1,
    state: 'open',
    title: 'Location down: west1',
    sentence: 'no service answers',
    subject: 'west1',
    cause: '',
    decision: '',
    started: BEGAN,
    resolved: null,
    acknowledged: null,
    alerts: [],
    alert_count: 1,
    runbook: '',
    silenced: false,
    told: [],
    decisions: [],
    deliveries: [],
    values: {},
    ...part,
  };
}

describe('the timeline of an incident', () => {
  it('has everything in the order in which it happened', () => {
    const moments = timelineOf(
      incident({
        resolved: '2026-11-22T11:02:00Z',
        acknowledged: { by: 'anna', at: '2026-11-22T11:01:00Z', reason: 'on it' },
        deliveries: [
          {
            channel: 'pager',
            event: 'firing',
            status: 'sent',
            created_at: '2026-11-22T11:00:03Z',
            attempts: 1,
            answer: '202',
          },
        ],
      }),
    );
    expect(moments.map((each) => each.title)).toEqual([
      'It began',
      'pager was told: firing',
      'anna takes care of it',
      'It was over',
    ]);
  });

  it('names the notices that did not get through', () => {
    const [, moment] = timelineOf(
      incident({
        deliveries: [
          {
            channel: 'sms',
            event: 'firing',
            status: 'given_up',
            created_at: '2026-11-22T11:00:03Z',
            attempts: 8,
            answer: '500',
          },
        ],
      }),
    );
    expect(moment).toMatchObject({ tone: 'bad', note: '8 attempts · 500' });
  });
});

it('incidents last until they end', () => {
  const now = Date.parse('2026-11-22T11:05:00Z');
  expect(lastedFor(incident(), now)).toBe(300);
  expect(lastedFor(incident({ resolved: '2026-11-22T11:02:00Z' }), now)).toBe(120);
  expect([42, 185, 7800, 360000].map(duration)).toEqual(['42 s', '3 min 05 s', '2 h 10 min', '4 d 4 h']);
});

it('alerts are grouped by rule, the firing ones first', () => {
  const [group] = byRule([alert('down', 'a', 'resolved'), alert('down', 'b')]);
  expect(group?.firing).toBe(1);
  expect(group?.alerts.map((each) => each.labels.what)).toEqual(['b', 'a']);
});

it('a chart asks for what the alerts are about', () => {
  expect(
    narrowed(['feature:chat'], ['what'], [alert('down', 'a'), alert('down', 'a'), alert('down', 'b')]),
  ).toEqual(['feature:chat', 'what:a', 'what:b']);
});

it('new and ended incidents are announced, known ones are not', () => {
  const one = incident();
  expect(announcement(new Map(), [one])).toBe(
    'New incident, SEV-1: Location down: west1. no service answers',
  );
  expect(announcement(new Map([['i', 'open']]), [one])).toBe('');
  expect(announcement(new Map([['i', 'open']]), [incident({ state: 'resolved' })])).toBe(
    'Incident over: Location down: west1',
  );
  expect(announcement(new Map(), [incident({ state: 'resolved' })])).toBe('');
});
