/** What all charts of a run have in common: their points, the ends of their axis, and the moments in which something happened. */
import { useMemo } from 'react';
import type { Summary } from '../../api/loadtypes.ts';
import { axisOf } from './states.ts';

export function useShared(run: Summary) {
  const { series, events } = run;
  const marks = useMemo(() => events.filter((each) => each.by !== 'abort').map((each) => each.at), [events]);
  const [from, to] = axisOf(run);
  const span = useMemo((): readonly [number, number] => [from, to], [from, to]);
  return { at: series.at, span, marks };
}
