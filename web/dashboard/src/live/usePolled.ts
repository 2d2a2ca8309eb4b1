/** Asks control now and then again and again, while the page and `active` say that somebody looks. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { Problem } from '../api/client.ts';

export interface Polled<Answer> {
  /** the last good answer, also while the next is awaited or failed */
  data: Answer | null;
  problem: Problem | null;
  /** ms since 1970 of the last good answer; 0: none yet */
  at: number;
  again: () => void;
}

/** key: what the question is; another key forgets the last answer. every: seconds. */
export function usePolled<Answer>(
  key: string,
  ask: (signal: AbortSignal) => Promise<Answer>,
  every: number,
  active = true,
): Polled<Answer> {
  const [state, setState] = useState<{
    key: string;
    data: Answer | null;
    problem: Problem | null;
    at: number;
  }>({
    key,
    data: null,
    problem: null,
    at: 0,
  });
  const [turn, setTurn] = useState(0);
  const question = useRef(ask);
  question.current = ask;
  const answered = useRef(0);

  useEffect(() => {
    answered.current = 0;
  }, [key]);

  useEffect(() => {
    if (!active) return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const round = async () => {
      clearTimeout(timer);
      timer = undefined;
      if (document.hidden) return;
      try {
        const data = await question.current(ended.signal);
        if (ended.signal.aborted) return;
        answered.current = Date.now();
        setState({ key, data, problem: null, at: answered.current });
      } catch (error) {
        if (ended.signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem(0, String(error));
        setState((before) => ({ ...(before.key === key ? before : { key, data: null, at: 0 }), problem }));
      }
      timer = setTimeout(() => void round(), every * 1000);
    };
    const wake = () => {
      if (!document.hidden && timer === undefined) void round();
    };
    const due = answered.current + every * 1000 - Date.now();
    if (answered.current && due > 0 && turn === 0) timer = setTimeout(() => void round(), due);
    else void round();
    document.addEventListener('visibilitychange', wake);
    return () => {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', wake);
    };
  }, [key, every, active, turn]);

  const again = useCallback(() => setTurn((count) => count + 1), []);
  return state.key === key
    ? { data: state.data, problem: state.problem, at: state.at, again }
    : { data: null, problem: null, at: 0, again };
}
