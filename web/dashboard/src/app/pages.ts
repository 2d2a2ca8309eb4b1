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
  { path: 'regions', title: 'Regions', view: lazy(() => import('../pages/regions/index.tsx')) },
  { path: 'incidents', title: 'Incidents', view: lazy(() => import('../pages/incidents/index.tsx')) },
  { path: 'alerts', title: 'Alerts', view: lazy(() => import('../pages/alerts/index.tsx')) },
  { path: 'decisions', title: 'Decisions', view: lazy(() => import('../pages/decisions/index.tsx')) },
  { path: 'limits', title: 'Limits', view: lazy(() => import('../pages/limits/index.tsx')) },
  { path: 'degradation', title: 'Degradation', view: lazy(() => import('../pages/degradation/index.tsx')) },
  { path: 'load', title: 'Load tests', view: lazy(() => import('../pages/load/index.tsx')) },
  { path: 'costs', title: 'Costs', view: lazy(() => import('../pages/costs/index.tsx')) },
  { path: 'runbooks', title: '', view: lazy(() => import('../pages/runbooks/index.tsx')) },
];

export function pageOf(path: readonly string[]): Page | undefined {
  return PAGES.find((page) => page.path === (path[0] ?? ''));
}
