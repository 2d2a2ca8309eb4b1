/** Every page: its first part of the address, its name in the header, and what draws it (loaded when first opened). */
import { lazy, type ComponentType } from 'react';
import { Overview } from '../pages/Overview.tsx';

export interface Page {
  path: string;
  /** in the header; '' keeps it out of there */
  title: string;
  /** rest: the parts of the address after the first */
  view: ComponentType<{ rest: string[] }>;
}

export const PAGES: readonly Page[] = [
  { path: '', title: 'Overview', view: Overview },
  { path: 'panels', title: 'Panels', view: lazy(() => import('../pages/Panels.tsx')) },
];

export function pageOf(path: readonly string[]): Page | undefined {
  return PAGES.find((page) => page.path === (path[0] ?? ''));
}
