import { describe, expect, it } from 'vitest';
import { SseParser } from '../src/api/sse.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a stream of events', () => {
  it('gives each event once it is complete', () => {
    const parser = new SseParser();
    expect(parser.push(bytes('event: live\ndata: {"a"'))).toEqual([]);
    expect(parser.push(bytes(':1}\nid: 7\n\nda'))).toEqual([{ event: 'live', data: '{"a":1}', id: '7' }]);
    expect(parser.push(bytes('ta: x\n\n'))).toEqual([{ event: 'message', data: 'x', id: '7' }]);
    expect(parser.lastId).toBe('7');
  });

  it('is the same however it is cut', () => {
    const text =
      ': hello\r\nevent: decision\r\ndata: one\r\ndata: zwölf €\r\n\r\nevent: live\r\ndata: 2\r\n\r\n';
    const wanted = new SseParser().push(bytes(text));
    expect(wanted.map((each) => each.data)).toEqual(['one\nzwölf €', '2']);
    const whole = bytes(text);
    for (let size = 1; size < 9; size += 1) {
      const parser = new SseParser();
      const got = [];
      for (let at = 0; at < whole.length; at += size) got.push(...parser.push(whole.slice(at, at + size)));
      expect(got).toEqual(wanted);
    }
  });

  it('takes comments and events without data for nothing', () => {
    expect(new SseParser().push(bytes(': keep-alive\n\nevent: live\n\n'))).toEqual([]);
  });

  it('does not gather an endless event', () => {
    const parser = new SseParser();
    expect(() => {
      for (let count = 0; count < 100; count += 1) parser.push(bytes('x'.repeat(100_000)));
    }).toThrow('too long');
  });
});
