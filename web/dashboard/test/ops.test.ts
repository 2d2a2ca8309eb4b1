import { describe, expect, it } from 'vitest';
import type { Flow } from '../src/api/types.ts';
import { matchersOf, textOf } from '../src/pages/alerts/matchers.ts';
import { nearness } from '../src/pages/alerts/wording.ts';
import { amount, ordered, piecesOf } from '../src/pages/costs/parts.ts';
import { changed } from '../src/pages/degradation/levels.ts';
import { countriesOf, drainedBy, guestsOf, locationsOf } from '../src/pages/regions/flows.ts';
import { blocksOf, inlineOf } from '../src/ui/markdown/markdown.ts';

describe('what a silence is about', () => {
  it('is read and written', () => {
    const found = matchersOf('rule=chat-latency region=EU,US');
    expect(found).toEqual({ rule: ['chat-latency'], region: ['EU', 'US'] });
    expect(textOf(found)).toBe('rule=chat-latency region=EU,US');
  });

  it.each(['nonsense', 'rule=', '=x', 'a=b=c', ''])('is refused as %j', (text) => {
    expect(() => matchersOf(text)).toThrow();
  });
});

it('a value is at its bound, far from it, or past it', () => {
  expect(nearness(250, { bad: 'above', bound: 500 }, 'ms')).toBe(0.5);
  expect(nearness(900, { bad: 'above', bound: 500 }, 'ms')).toBe(1);
  expect(nearness(1, { bad: 'below', bound: 0.5 }, 'share')).toBe(0);
  expect(nearness(0.925, { bad: 'below', bound: 0.85 }, 'share')).toBeCloseTo(0.5);
  expect(nearness(0, { bad: 'above', bound: 0 }, 'count')).toBe(0);
  expect(nearness(null, { bad: 'above', bound: 1 }, '')).toBe(0);
});

describe('costs', () => {
  it('keep one order of parts, without the free ones', () => {
    const order = ordered({ ai: 1, storage: 3, cdn: 0 });
    expect(order).toEqual(['storage', 'ai']);
    expect(piecesOf({ ai: 1, storage: 0 }, order, 4)).toEqual([{ name: 'ai', amount: 1, share: 0.25 }]);
  });

  it('keep the digits that tell small amounts apart', () => {
    expect([0, 0.00123, 4.2, 12345].map((each) => amount(each, 'EUR'))).toEqual([
      '0 EUR',
      '0.00123 EUR',
      '4.20 EUR',
      '12,345 EUR',
    ]);
    expect(amount(null, 'EUR')).toBe('–');
  });
});

it('a level says what it turns off and on', () => {
  expect(changed(['ai'], ['feed'])).toEqual({ off: ['feed'], on: ['ai'] });
});

describe('flows of a region', () => {
  const flow = (country: string, region: string, location: string, rps: number, failed = 0): Flow => ({
    country,
    region,
    location,
    rps,
    failed_share: failed,
    refused_share: 0,
  });
  const flows = [
    flow('DE', 'EU', 'west1', 3, 0.5),
    flow('DE', 'EU', 'west4', 1),
    flow('FR', 'EU', 'west1', 4),
    flow('US', 'US', 'west1', 2),
  ];

  it('say where its users are served and come from', () => {
    expect(locationsOf(flows, 'EU').map((each) => [each.name, each.share])).toEqual([
      ['west1', 0.875],
      ['west4', 0.125],
    ]);
    expect(countriesOf(flows, 'EU').find((each) => each.name === 'DE')?.failed).toBeCloseTo(0.375);
  });

  it('say whose users are guests', () => {
    const guests = guestsOf(flows, 'EU', [{ name: 'west1', region: 'EU' }]);
    expect(guests).toMatchObject([{ name: 'US', rps: 2, share: 1 }]);
  });

  it('say how far a drain is', () => {
    const drain = { share: 0.5, to: 1, over: 60, started_at: '2026-11-22T11:00:00Z' };
    expect(drainedBy(drain, Date.parse('2026-11-22T11:00:30Z'))).toEqual({ done: 0.5, left: 30 });
  });
});

describe('Markdown of runbooks', () => {
  it('has headings, paragraphs, lists and code', () => {
    const text = '# Down\n\nNo\nanswer.\n\n```sh\nmeridian status\n```\n\n1. Look\n   here.\n2. Act.\n';
    expect(blocksOf(text)).toEqual([
      { kind: 'heading', level: 1, line: [{ kind: 'text', text: 'Down' }] },
      { kind: 'paragraph', line: [{ kind: 'text', text: 'No answer.' }] },
      { kind: 'code', text: 'meridian status' },
      {
        kind: 'list',
        ordered: true,
        items: [[{ kind: 'text', text: 'Look here.' }], [{ kind: 'text', text: 'Act.' }]],
      },
    ]);
  });

  it('has tables', () => {
    expect(blocksOf('| a | b |\n|---|---|\n| 1 | 2 |')).toMatchObject([{ kind: 'table', rows: [[{}, {}]] }]);
  });

  it('ends a code block that nobody closed, and makes no HTML', () => {
    expect(blocksOf('```\n<b>x')).toEqual([{ kind: 'code', text: '<b>x' }]);
    expect(inlineOf('`a` **b** [c](d.md) <i>')).toEqual([
      { kind: 'code', text: 'a' },
      { kind: 'text', text: ' ' },
      { kind: 'strong', text: 'b' },
      { kind: 'text', text: ' ' },
      { kind: 'link', text: 'c', to: 'd.md' },
      { kind: 'text', text: ' <i>' },
    ]);
  });
});
