/** Keeps one stream to control open while the page is looked at, and says how fresh it is. */
import { problemOf } from './client.ts';
import { token } from './session.ts';
import { SseParser, type ServerEvent } from './sse.ts';

export type Connection = 'connecting' | 'live' | 'reconnecting';

/** Seconds without a byte after which the connection counts as dead; control sends something each second. */
const SILENCE = 8000;
const LONGEST_WAIT = 15_000;

export interface StreamHandlers {
  event: (event: ServerEvent) => void;
  state: (state: Connection) => void;
}

/** Returns what ends it. Reconnects with a growing, jittered wait; a refused token ends the session instead. */
export function openStream(path: string, handlers: StreamHandlers): () => void {
  const ended = new AbortController();
  void (async () => {
    let failures = 0;
    let lastId = '';
    while (!ended.signal.aborted) {
      handlers.state(failures ? 'reconnecting' : 'connecting');
      const attempt = new AbortController();
      const stop = () => attempt.abort();
      ended.signal.addEventListener('abort', stop);
      let watchdog = setTimeout(stop, SILENCE);
      try {
        const answer = await fetch(path, {
          headers: { authorization: `Bearer ${token()}`, ...(lastId ? { 'last-event-id': lastId } : {}) },
          signal: attempt.signal,
        });
        if (!answer.ok || !answer.body) {
          const problem = await problemOf(answer, true);
          if (answer.status === 401) return;
          throw problem;
        }
        const parser = new SseParser();
        const reader = answer.body.getReader();
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          clearTimeout(watchdog);
          watchdog = setTimeout(stop, SILENCE);
          if (failures || value.length) handlers.state('live');
          failures = 0;
          for (const event of parser.push(value)) handlers.event(event);
          lastId = parser.lastId || lastId;
        }
      } catch {
        // Whatever it was, the answer is to try again; the header of the page says that we are not live.
      } finally {
        clearTimeout(watchdog);
        ended.signal.removeEventListener('abort', stop);
      }
      if (ended.signal.aborted) return;
      failures += 1;
      handlers.state('reconnecting');
      await pause(
        Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(failures, 5)) * (0.5 + Math.random() / 2),
        ended.signal,
      );
    }
  })();
  return () => ended.abort();
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
