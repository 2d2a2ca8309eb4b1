import type {
  Dashboard,
  Decision,
  Incident,
  LocationLive,
  PanelInfo,
  Series,
  Tick,
} from '../src/api/types.ts';

export const LOCATIONS: unknown[];
export const PANELS: PanelInfo[];
export function down(second: number): boolean;
export function at(second: number): Omit<Tick, 'locations'> & { locations: LocationLive[] };
export function dashboardAt(second: number): Dashboard;
export function decisionsAt(second: number): Decision[];
export function incidentsAt(second: number): Incident[];
export function historyAt(panel: string, since: number, until: number): Series;
