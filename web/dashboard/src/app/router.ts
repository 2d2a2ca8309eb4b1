/** Where the page is: the address is the state, so that any view can be sent to somebody else. */
import { useCallback, useSyncExternalStore } from 'react';

export const HOME = '/infrastructure/monitoring';
const listeners = new Set<() => void>();

export interface Place {
  /** parts of the path under the page's own, such as ['panels', 'latency'] */
  path: string[];
  search: URLSearchParams;
}

let known: { href: string; place: Place } | undefined;

export function place(): Place {
  const href = location.pathname + location.search;
  if (known?.href !== href) {
    const path = location.pathname.slice(HOME.length).split('/').filter(Boolean).map(decoded);
    known = { href, place: { path, search: new URLSearchParams(location.search) } };
  }
  return known.place;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** An address in the page; `search` empty values are left out. */
export function href(path: string, search: Record<string, string> = {}): string {
  const given = Object.entries(search).filter(([, value]) => value !== '');
  const text = new URLSearchParams(given).toString();
  return HOME + (path ? `/${path}` : '') + (text ? `?${text}` : '');
}

export function go(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  listeners.forEach((tell) => tell());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('popstate', listener);
  };
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, place);
}

/** One value of the address's query, and how to set it ('' or the default takes it out). Other values stay. */
export function useParam<Text extends string>(
  name: string,
  fallback: Text,
  allowed?: readonly Text[],
): [Text, (value: Text) => void] {
  const { search } = usePlace();
  const given = (search.get(name) ?? fallback) as Text;
  const value = allowed && !allowed.includes(given) ? fallback : given;
  const set = useCallback(
    (next: Text) => {
      const changed = new URLSearchParams(location.search);
      if (next === fallback || !next) changed.delete(name);
      else changed.set(name, next);
      const text = changed.toString();
      go(location.pathname + (text ? `?${text}` : ''), { replace: true });
    },
    [name, fallback],
  );
  return [value, set];
}
