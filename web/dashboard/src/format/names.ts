/** Names that the browser knows already. */
const countries = new Intl.DisplayNames(['en'], { type: 'region' });

export function countryName(code: string): string {
  try {
    return countries.of(code) ?? code;
  } catch {
    return code;
  }
}

export type Tone = 'ok' | 'warn' | 'bad' | 'idle';

const TONES: Record<string, Tone> = {
  ok: 'ok',
  up: 'ok',
  healthy: 'ok',
  normal: 'ok',
  degraded: 'warn',
  draining: 'warn',
  drained: 'warn',
  partial: 'warn',
  warning: 'warn',
  down: 'bad',
  unhealthy: 'bad',
  failing: 'bad',
  critical: 'bad',
  outage: 'bad',
};

/** The colour and shape that a status word of control is shown with. */
export function toneOf(status: string): Tone {
  return TONES[status] ?? 'idle';
}
