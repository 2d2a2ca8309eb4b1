/** Incidents as the list shows them: asked for now and then, and at once when the stream tells of one. */
import { useEffect } from 'react';
import { ops } from '../../api/ops.ts';
import { useLive } from '../../live/context.ts';
import { usePolled } from '../../live/usePolled.ts';

export type Which = 'open' | 'resolved' | 'all';

export function useIncidents(which: Which) {
  const found = usePolled(which, (signal) => ops.incidents(which, signal), 15);
  const told = useLive((state) => state.incidents);
  const { again } = found;
  useEffect(() => again(), [told, again]);
  return found;
}
