/** Types of load.js, for tests. */
import type { Comparison, RawSummary, Run, Scenarios } from '../src/api/loadtypes.ts';

export const SCENARIOS: Scenarios;
export function runsAt(now: number): Run[];
export function summaryAt(id: string, now: number): RawSummary | null;
export function comparisonOf(id: string): Comparison;
