/** How old the numbers on the page are. */
import { useLive } from './context.ts';
import { useNow } from './useNow.ts';

/** Numbers older than this are marked: they come each second. */
export const STALE = 5;

/** Seconds; 0 before the first ones came. */
export function useAge(): number {
  const heard = useLive((state) => state.heard);
  const now = useNow();
  return heard ? Math.max(0, (now - heard) / 1000) : 0;
}
