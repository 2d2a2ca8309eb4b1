/** What a decision was made from, as names and values instead of JSON. */
import { columns, entries, label, shapeOf, word, type Fields } from './values.ts';
import './evidence.css';

/** Levels that are open at first. */
const OPEN = 2;

export function Evidence({ value, depth = 0 }: { value: unknown; depth?: number }) {
  const shape = shapeOf(value);
  if (shape === 'word') return <span className="evidence-word">{word(value)}</span>;
  if (shape === 'words') return <Words items={value as unknown[]} />;
  if (shape === 'table') return <Rows rows={value as Fields[]} />;
  return (
    <dl className="evidence">
      {entries(value).map(([name, inner]) => (
        <Pair key={name} name={name} value={inner} depth={depth} />
      ))}
    </dl>
  );
}

function Pair({ name, value, depth }: { name: string; value: unknown; depth: number }) {
  const shape = shapeOf(value);
  const short = shape === 'word' || shape === 'words';
  return (
    <div className={short ? 'evidence-pair' : 'evidence-group'}>
      <dt>{label(name)}</dt>
      <dd>
        {short || depth < OPEN ? (
          <Evidence value={value} depth={depth + 1} />
        ) : (
          <details>
            <summary>{entries(value).length} values</summary>
            <Evidence value={value} depth={depth + 1} />
          </details>
        )}
      </dd>
    </div>
  );
}

function Words({ items }: { items: unknown[] }) {
  if (!items.length) return <span className="evidence-word faint">none</span>;
  if (items.length <= 24) return <span className="evidence-word">{items.map(word).join(', ')}</span>;
  return (
    <details>
      <summary>{items.length} values</summary>
      <span className="evidence-word">{items.map(word).join(', ')}</span>
    </details>
  );
}

const ROWS = 50;

function Rows({ rows }: { rows: readonly Fields[] }) {
  const names = columns(rows);
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Evidence as a table">
      <table className="evidence-table">
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {label(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS).map((row, index) => (
            <tr key={index}>
              {names.map((name) => (
                <td key={name} className="num">
                  {word(row[name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > ROWS && <p className="faint">and {rows.length - ROWS} more</p>}
    </div>
  );
}
