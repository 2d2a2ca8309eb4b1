/** The live state, for components: each draws again only when what it selects changed. */
import { createContext, use, useCallback, useRef, useSyncExternalStore } from 'react';
import type { LiveState, LiveStore } from './store.ts';

export const LiveContext = createContext<LiveStore | null>(null);

export function useLive<Part>(select: (state: LiveState) => Part): Part {
  const store = use(LiveContext);
  if (!store) throw new Error('useLive is used outside of LiveContext');
  const selector = useRef(select);
  selector.current = select;
  const read = useCallback(() => selector.current(store.snapshot()), [store]);
  return useSyncExternalStore(store.subscribe, read);
}
