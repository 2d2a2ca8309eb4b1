import { describe, expect, it } from 'vitest';
import type { Decision } from '../src/api/types.ts';
import { byDay, choices, fits, isReplayed, joined } from '../src/pages/decisions/known.ts';
import { columns, shapeOf, word } from '../src/ui/evidence/values.ts';

function decision(part: Partial<Decision>): Decision {
  return {
    id: '1',
    at: '2026-11-22T11:00:00Z',
    controller: 'regions.recovery',
    kind: 'failover',
    subject: 'europe-west1',
    sentence: '',
    evidence: {},
    action: {},
    undo: null,
    actor: 'meridian',
    reason: '',
    undone_at: null,
    undone_by: '',
    ...part,
  };
}

describe('decisions', () => {
  it('of a page and of the stream are one list, the newest first', () => {
    const old = decision({ id: '1', at: '2026-11-22T11:00:00Z' });
    const fresh = decision({ id: '2', at: '2026-11-22T11:00:05Z' });
    expect(joined([old], [fresh], [old]).map((each) => each.id)).toEqual(['2', '1']);
  });

  it('that were taken back stay so when an older word of them comes', () => {
    const undone = decision({ undone_at: '2026-11-22T12:00:00Z', undone_by: 'anna' });
    expect(joined([undone], [decision({})])[0]?.undone_by).toBe('anna');
    expect(joined([decision({})], [undone])[0]?.undone_by).toBe('anna');
  });

  it('fit a filter in all that it names', () => {
    expect(fits(decision({}), { controller: '', kind: 'failover', subject: '' })).toBe(true);
    expect(fits(decision({}), { controller: '', kind: 'failover', subject: 'EU' })).toBe(false);
  });

  it('offer what was seen and what is chosen', () => {
    expect(choices([decision({}), decision({ id: '2' })], 'kind', 'drain')).toEqual(['drain', 'failover']);
  });

  it('are grouped by the days that they were made on', () => {
    const days = byDay([decision({ id: '2', at: '2026-11-23T00:00:00Z' }), decision({})], (at) =>
      new Date(at).toISOString().slice(0, 10),
    );
    expect(days.map((each) => [each.day, each.decisions.length])).toEqual([
      ['2026-11-23', 1],
      ['2026-11-22', 1],
    ]);
  });

  it('of people and edges cannot be decided again', () => {
    expect(isReplayed(decision({}))).toBe(true);
    expect(isReplayed(decision({ actor: 'edge EU' }))).toBe(false);
    expect(isReplayed(decision({ controller: 'operator' }))).toBe(false);
  });
});

describe('evidence', () => {
  it('is words, a table or a tree', () => {
    expect(shapeOf(3)).toBe('word');
    expect(shapeOf(['a', 'b'])).toBe('words');
    const rows = [
      { cluster: 'chat', healthy: { west1: 0, west4: 1 } },
      { cluster: 'feed', zones: ['west1'] },
    ];
    expect(shapeOf(rows)).toBe('table');
    expect(columns(rows)).toEqual(['cluster', 'healthy', 'zones']);
    expect(shapeOf({ a: 1 })).toBe('tree');
    expect(shapeOf([{ deep: { deeper: { still: 1 } } }])).toBe('tree');
  });

  it('is said in words', () => {
    expect(word({ west1: 0, west4: 1 })).toBe('west1 0, west4 1');
    expect(word(true)).toBe('yes');
    expect(word(null)).toBe('–');
    expect(word(0.123456)).toBe('0.1235');
    expect(word(1234567)).toBe('1,234,567');
    expect(word([])).toBe('none');
  });
});
