/** Numbers as people read them at a glance: three significant digits, a unit, and a dash where there is nothing. */

export const NOTHING = '–';

export interface Shown {
  value: string;
  unit: string;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 1234567 -> 1.23 M; below 10,000 every digit is shown. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  const size = Math.abs(value);
  if (size >= 999_950_000) return `${digits(value / 1e9)} B`;
  if (size >= 999_950) return `${digits(value / 1e6)} M`;
  if (size >= 10_000) return `${digits(value / 1e3)} k`;
  if (size >= 100 || Number.isInteger(value)) return whole.format(value);
  return digits(value);
}

/** An amount in minor units of a currency (cents) in whole ones. */
export function money(minor: number | null | undefined, currency: string): string {
  if (minor === null || minor === undefined) return NOTHING;
  const whole = count(minor >= 100_000 ? Math.round(minor / 100) : minor / 100);
  return currency ? `${whole} ${currency}` : whole;
}

/** Three significant digits, without an exponent. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.005) return '<0.01';
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

export function shown(value: number | null | undefined, unit: string): Shown {
  if (value === null || value === undefined || !Number.isFinite(value)) return { value: NOTHING, unit: '' };
  switch (unit) {
    case 'ms':
      return value >= 10_000
        ? { value: digits(value / 1000), unit: 's' }
        : { value: value >= 100 ? whole.format(value) : digits(value), unit: 'ms' };
    case 's':
    case 'seconds':
      return spanned(value);
    case 'share':
    case 'ratio':
      return { value: percent(value), unit: '%' };
    case '%':
    case 'percent':
      return { value: percent(value / 100), unit: '%' };
    case 'bytes/s':
    case 'B/s':
      return bytes(value, '/s');
    case 'bytes':
    case 'B':
      return bytes(value, '');
    case 'amount':
      return { value: money(value, ''), unit: '' };
    default:
      return { value: count(value), unit: UNITS[unit] ?? unit };
  }
}

const UNITS: Record<string, string> = {
  rps: '/s',
  'requests/s': '/s',
  'per second': '/s',
  'per minute': '/min',
  count: '',
};

export function text(value: number | null | undefined, unit: string): string {
  const parts = shown(value, unit);
  if (!parts.unit) return parts.value;
  return parts.unit.startsWith('/') || parts.unit === '%'
    ? parts.value + parts.unit
    : `${parts.value} ${parts.unit}`;
}

function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return '0';
  if (value < 0.01) return '<0.01';
  if (value >= 99.995 && value < 100) return '>99.99';
  if (value === 100) return '100';
  return value.toFixed(value >= 99.9 && value < 100 ? 2 : value >= 10 ? 1 : 2);
}

function bytes(value: number, per: string): Shown {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let step = 0;
  let rest = value;
  while (Math.abs(rest) >= 1000 && step < units.length - 1) {
    rest /= 1000;
    step += 1;
  }
  return { value: digits(rest), unit: `${units[step] ?? ''}${per}` };
}

function spanned(seconds: number): Shown {
  if (seconds < 60) return { value: digits(seconds), unit: 's' };
  if (seconds < 3600) return { value: digits(seconds / 60), unit: 'min' };
  if (seconds < 86400) return { value: digits(seconds / 3600), unit: 'h' };
  return { value: digits(seconds / 86400), unit: 'd' };
}
