/** How levels are shown and chosen. Pure. */
import type { Tone } from '../../format/names.ts';

export function levelTone(level: number): Tone {
  if (level === 0) return 'ok';
  return level === 1 ? 'warn' : 'bad';
}

/** What a chosen level turns off and on again, compared to now. */
export function changed(
  before: readonly string[],
  after: readonly string[],
): { off: string[]; on: string[] } {
  return {
    off: after.filter((each) => !before.includes(each)),
    on: before.filter((each) => !after.includes(each)),
  };
}
