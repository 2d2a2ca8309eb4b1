/** What a person types to start a run, and what it means. Pure. */
import type { Scenario, StartAsked, Target } from '../../api/loadtypes.ts';

export interface Typed {
  scenario: string;
  target: string;
  scale: string;
  duration: string;
  rate: string;
  seed: string;
  confirm: string;
}

/** A number of a field: undefined when it is empty; NaN when it is none. */
function numberOf(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text);
}

/** What is wrong with what was typed, in words; '' when nothing is. */
export function objection(typed: Typed, target: Target | undefined): string {
  if (!typed.scenario) return 'choose a scenario';
  if (!target) return 'choose a target';
  const [scale, duration, rate, seed] = [typed.scale, typed.duration, typed.rate, typed.seed].map(numberOf);
  if (scale !== undefined && !(scale > 0)) return 'a scale is a number above 0, such as 0.3';
  if (duration !== undefined && !(duration > 0)) return 'a duration is a number of seconds above 0';
  if (rate !== undefined && !(rate > 0)) return 'a rate is a number of requests per second above 0';
  if (seed !== undefined && !Number.isSafeInteger(seed)) return 'a seed is a whole number';
  if (target.production && typed.confirm !== target.name) return `type ${target.name} to confirm`;
  return '';
}

export function asked(typed: Typed, target: Target | undefined, reason: string): StartAsked {
  const [scale, duration, rate, seed] = [typed.scale, typed.duration, typed.rate, typed.seed].map(numberOf);
  return {
    scenario: typed.scenario,
    target: typed.target,
    reason,
    ...(scale === undefined ? {} : { scale }),
    ...(duration === undefined ? {} : { duration: `${duration}s` }),
    ...(rate === undefined ? {} : { rate }),
    ...(seed === undefined ? {} : { seed }),
    ...(target?.production ? { confirm: typed.confirm } : {}),
  };
}

/** What would be sent: the highest rate and the seconds; null where it is not known. */
export function wouldSend(
  typed: Typed,
  scenario: Scenario | undefined,
): { rate: number | null; seconds: number | null } {
  const [scale, duration, rate] = [typed.scale, typed.duration, typed.rate].map(numberOf);
  const own = scenario?.rate ?? null;
  return {
    rate: rate ?? (own === null ? null : own * (scale ?? 1)),
    seconds: duration ?? scenario?.duration ?? null,
  };
}

/** The same run on the command line. */
export function command(typed: Typed, target: Target | undefined): string {
  const parts = ['meridian load run', typed.scenario || 'SCENARIO'];
  for (const name of ['scale', 'duration', 'rate', 'seed'] as const)
    if (typed[name].trim()) parts.push(`--${name} ${typed[name].trim()}`);
  if (target?.name) parts.push(`--target ${target.name}`);
  if (target?.production) parts.push(`--confirm ${target.name}`);
  return parts.join(' ');
}
