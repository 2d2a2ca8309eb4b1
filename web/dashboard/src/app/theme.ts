/** Dark or light: as the machine prefers, until somebody chooses; the choice is kept in this browser. */
import { useSyncExternalStore } from 'react';

export type Theme = 'dark' | 'light';
const KEY = 'meridian.theme';
const listeners = new Set<() => void>();
const prefers = matchMedia('(prefers-color-scheme: light)');

function current(): Theme {
  const chosen = localStorage.getItem(KEY);
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return prefers.matches ? 'light' : 'dark';
}

function apply(): void {
  document.documentElement.dataset.theme = current();
  listeners.forEach((tell) => tell());
}

export function startTheme(): void {
  apply();
  prefers.addEventListener('change', apply);
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  apply();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, current);
}
