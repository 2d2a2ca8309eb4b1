/** Server-sent events (WHATWG HTML, 9.2) from a fetch, as EventSource cannot send a bearer header. Pure: bytes in, events out. */

export interface ServerEvent {
  event: string;
  data: string;
  id: string;
}

/** Longest event taken; a stream that sends a longer one without end would otherwise fill memory. */
const LONGEST = 4_000_000;

export class SseParser {
  private rest = '';
  private data: string[] = [];
  private event = '';
  private id = '';
  private readonly decoder = new TextDecoder();

  /** The id of the last event, to resume after. */
  get lastId(): string {
    return this.id;
  }

  push(bytes: Uint8Array): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    if (this.rest.length > LONGEST) throw new Error('an event of the stream is too long');
    for (const line of lines) {
      if (line === '') {
        if (this.data.length)
          events.push({ event: this.event || 'message', data: this.data.join('\n'), id: this.id });
        this.data = [];
        this.event = '';
      } else if (!line.startsWith(':')) this.field(line);
    }
    return events;
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.event = value;
    else if (name === 'id') this.id = value;
  }
}
