/** Rules in words: "below 0.5 over 4 s, for 3 s". Pure. */
import type { Rule, RuleGroup } from '../../api/opstypes.ts';
import { text } from '../../format/numbers.ts';
import type { Tone } from '../../format/names.ts';

const ORDER = ['firing', 'pending', 'unknown', 'quiet', 'no data'];

export function ruleTone(state: string): Tone {
  if (state === 'firing') return 'bad';
  if (state === 'pending' || state === 'unknown') return 'warn';
  return state === 'quiet' ? 'ok' : 'idle';
}

/** Those that need somebody first. */
export function inOrder(rules: readonly Rule[]): Rule[] {
  return rules.toSorted(
    (a, b) =>
      ORDER.indexOf(a.state) - ORDER.indexOf(b.state) ||
      a.severity - b.severity ||
      (a.name < b.name ? -1 : 1),
  );
}

/** The group that is nearest to its bound, or farthest past it. */
export function worst(rule: Rule): RuleGroup | undefined {
  const measured = rule.groups.filter((group) => group.value !== null);
  return measured.toSorted((a, b) =>
    rule.bad === 'above' ? (b.value ?? 0) - (a.value ?? 0) : (a.value ?? 0) - (b.value ?? 0),
  )[0];
}

/** How near a value is to its bound: 1 is at it or past it, 0 far from it. Shares that should be high are measured from all down. */
export function nearness(
  value: number | null | undefined,
  rule: Pick<Rule, 'bad' | 'bound'>,
  unit: string,
): number {
  if (value === null || value === undefined) return 0;
  if (rule.bad === 'above') return rule.bound > 0 ? clamp(value / rule.bound) : value > rule.bound ? 1 : 0;
  if (unit === 'share' && rule.bound < 1) return clamp((1 - value) / (1 - rule.bound));
  return value > 0 ? clamp(rule.bound / value) : 1;
}

const clamp = (share: number) => Math.min(1, Math.max(0, share));

export function condition(rule: Rule, unit: string): string {
  const filters = Object.entries(rule.where).map(([name, values]) => `${name} ${values.join(' or ')}`);
  return [
    `${rule.metric.replaceAll('_', ' ')} ${rule.bad} ${text(rule.bound, unit)}`,
    rule.over ? `over ${lasting(rule.over)}` : '',
    filters.length ? `of ${filters.join(', ')}` : '',
    rule.by.length ? `by ${rule.by.join(', ')}` : '',
    rule.for_seconds ? `for ${lasting(rule.for_seconds)}` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

export function lasting(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
