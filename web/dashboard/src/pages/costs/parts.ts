/** Costs as bars: every part in the same order and colour everywhere. Pure. */

export interface Piece {
  name: string;
  amount: number;
  /** of the longest bar */
  share: number;
}

/** Names of parts that cost anything, the dearest first. */
export function ordered(parts: Readonly<Record<string, number>>): string[] {
  return Object.entries(parts)
    .filter(([, amount]) => amount > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
}

export function piecesOf(
  parts: Readonly<Record<string, number>>,
  order: readonly string[],
  longest: number,
): Piece[] {
  return order.flatMap((name) => {
    const amount = parts[name] ?? 0;
    return amount > 0 ? [{ name, amount, share: longest > 0 ? amount / longest : 0 }] : [];
  });
}

/** Small amounts keep enough digits to be told apart: 0.00123, 4.2, 1,234. */
export function amount(value: number | null | undefined, currency: string): string {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  const digits =
    size === 0 || size >= 1000 ? 0 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return `${value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${currency}`;
}
