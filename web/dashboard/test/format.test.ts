import { describe, expect, it } from 'vitest';
import { count, text } from '../src/format/numbers.ts';
import { ago, lasting } from '../src/format/time.ts';
import { toneOf } from '../src/format/names.ts';
import { capital } from '../src/ui/basics.tsx';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [0.5, '0.50'],
    [842.4, '842'],
    [9999, '9,999'],
    [10_000, '10.0 k'],
    [1_234_567, '1.23 M'],
    [999_960, '1.00 M'],
    [-3170, '-3,170'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('%s is counted as %s', (value, wanted) => expect(count(value)).toBe(wanted));

  it.each([
    [0, 'share', '0%'],
    [0.0018, 'share', '0.18%'],
    [0.99995, 'share', '>99.99%'],
    [0.9991, 'share', '99.91%'],
    [1, 'share', '100%'],
    [0.00001, 'share', '<0.01%'],
    [412.6, 'ms', '413 ms'],
    [12.34, 'ms', '12.3 ms'],
    [12_340, 'ms', '12.3 s'],
    [654, 'rps', '654/s'],
    [412, 's', '6.87 min'],
    [1_500_000, 'B/s', '1.50 MB/s'],
    [null, 'ms', '–'],
  ])('%s of %s is shown as %s', (value, unit, wanted) => expect(text(value, unit)).toBe(wanted));
});

describe('times', () => {
  it('are said in the largest unit', () => {
    expect([0, 59, 61, 7200, 200_000].map(lasting)).toEqual(['0 s', '59 s', '1 min', '2 h', '2 d']);
    expect([ago(1000, 2000), ago(0, 95_000), ago(9000, 1000)]).toEqual(['just now', '1 min ago', 'just now']);
  });
});

describe('words', () => {
  it('keeps the names of locations as they are', () => {
    expect(capital('europe-west1 is down')).toBe('europe-west1 is down');
    expect(capital('all is well')).toBe('All is well');
  });

  it('gives an unknown status no colour', () => {
    expect([toneOf('healthy'), toneOf('down'), toneOf('purple')]).toEqual(['ok', 'bad', 'idle']);
  });
});
