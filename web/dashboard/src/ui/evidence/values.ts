/** How a value that a decision was made from is shown: as words where it is short, as a list or table where it is long. Pure. */
import { atFull } from '../../format/time.ts';

export type Shape = 'word' | 'words' | 'table' | 'tree';
export type Fields = Readonly<Record<string, unknown>>;

const COLUMNS = 9;
const RECORD = 6;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isWord = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** table: several items with mostly the same few fields, all of them words. */
export function shapeOf(value: unknown): Shape {
  if (isWord(value)) return 'word';
  if (Array.isArray(value)) {
    if (value.every(isWord)) return 'words';
    if (value.every((item) => isFields(item) && Object.values(item).every(isFlat))) {
      return columns(value as Fields[]).length <= COLUMNS ? 'table' : 'tree';
    }
    return 'tree';
  }
  return Object.keys(value as Fields).length === 0 ? 'word' : 'tree';
}

/** A few words beside each other, such as instances by location: short enough for one cell. */
const isRecord = (value: unknown): value is Fields =>
  isFields(value) && Object.keys(value).length <= RECORD && Object.values(value).every(isWord);

const isFlat = (value: unknown): boolean =>
  isWord(value) || isRecord(value) || (Array.isArray(value) && value.every(isWord));

export function columns(rows: readonly Fields[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

export function entries(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.map((item, index) => [String(index + 1), item]);
  return isFields(value) ? Object.entries(value) : [];
}

/** "config_version" -> "config version". Names that are data, such as europe-west1, stay as they are. */
export function label(name: string): string {
  return name.replaceAll('_', ' ');
}

export function word(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return figure(value);
  if (typeof value === 'string')
    return TIME.test(value) && !Number.isNaN(Date.parse(value)) ? atFull(Date.parse(value)) : value;
  if (Array.isArray(value)) return value.length ? value.map(word).join(', ') : 'none';
  const pairs = Object.entries(value).map(([name, inner]) => `${label(name)} ${word(inner)}`);
  return pairs.join(', ') || 'none';
}

/** At most four digits behind the point; whole numbers as they are. */
export function figure(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 1e5 ? String(value) : value.toLocaleString('en');
  if (Math.abs(value) < 0.001) return value.toPrecision(3);
  return String(Number(value.toFixed(Math.abs(value) >= 100 ? 1 : 4)));
}
