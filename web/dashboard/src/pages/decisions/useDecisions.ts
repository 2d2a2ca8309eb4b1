/** Decisions that fit a filter: live by the stream, and as far back as somebody reads on. */
import { useCallback, useEffect, useState } from 'react';
import { api, Problem } from '../../api/client.ts';
import type { Decision } from '../../api/types.ts';
import { useLive } from '../../live/context.ts';
import { usePolled } from '../../live/usePolled.ts';
import { fits, joined, type Filter } from './known.ts';

const PAGE = 50;
/** Seconds: what the stream cannot say (an old decision that was taken back) is seen this late. */
const EVERY = 20;

interface Older {
  key: string;
  decisions: readonly Decision[];
  next: string;
}

export function useDecisions(filter: Filter) {
  const key = JSON.stringify(filter);
  const first = usePolled(key, (signal) => api.decisions({ ...filter, limit: PAGE }, signal), EVERY);
  const live = useLive((state) => state.decisions);
  const [older, setOlder] = useState<Older | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => setProblem(null), [key]);

  const read = older?.key === key ? older : null;
  const next = read ? read.next : (first.data?.next ?? '');
  const firstDecisions = first.data?.decisions;
  const more = useCallback(async () => {
    setBusy(true);
    setProblem(null);
    try {
      const page = await api.decisions({ ...filter, limit: PAGE, before: next });
      setOlder((before) => {
        const known = before?.key === key ? before.decisions : (firstDecisions ?? []);
        return { key, decisions: joined(known, page.decisions), next: page.next };
      });
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, String(error)));
    }
    setBusy(false);
    // `key` stands for the filter.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, next, firstDecisions]);

  const since = firstDecisions?.at(-1)?.at ?? '';
  const fresh = first.data ? live.filter((each) => fits(each, filter) && each.at >= since) : [];
  return {
    decisions: first.data ? joined(firstDecisions ?? [], read?.decisions ?? [], fresh) : null,
    problem: first.problem ?? problem,
    next,
    more,
    busy,
    again: first.again,
  };
}
