/** Lines over the time of a run, or the same as a table. */
import { Chart, type ChartLine } from '../../charts/Chart.tsx';
import { useVisible } from '../../charts/useVisible.ts';
import { text } from '../../format/numbers.ts';
import { elapsed } from '../../format/time.ts';
import { Empty } from '../../ui/basics.tsx';
import { TableToggle } from './TableToggle.tsx';
import { useTable } from './useTable.ts';

const HEIGHT = 168;

export interface LinesCardProps {
  /** in the address, where it is shown as a table */
  name: string;
  title: string;
  hint?: string;
  /** seconds after the start */
  at: readonly number[];
  lines: readonly ChartLine[];
  unit: string;
  bound?: number | null;
  /** ends of the axis; the same object as long as they are the same */
  span: readonly [number, number];
  marks: readonly number[];
}

export function LinesCard({
  name,
  title,
  hint = '',
  at,
  lines,
  unit,
  bound = null,
  span,
  marks,
}: LinesCardProps) {
  const [asTable, toggle] = useTable(name);
  const { frame, visible } = useVisible<HTMLElement>();
  const measured = lines.some((line) => line.values.some((value) => value !== null));
  return (
    <section ref={frame} className="card panel" aria-label={title}>
      <header className="card-head">
        <h2>{title}</h2>
        {hint && <span className="hint">{hint}</span>}
        <div className="card-tools">
          <TableToggle title={title} asTable={asTable} onToggle={toggle} />
        </div>
      </header>
      <div className="card-body">
        {!measured ? (
          <Empty title="Nothing measured yet">Lines appear with the first answers.</Empty>
        ) : asTable ? (
          <Table title={title} at={at} lines={lines} unit={unit} />
        ) : visible ? (
          <Chart
            times={at}
            lines={lines}
            unit={unit}
            objective={bound}
            objectiveName="bound"
            height={HEIGHT}
            label={`${title}, since the start of the run`}
            span={span}
            since="start"
            marks={marks}
          />
        ) : (
          <div style={{ minHeight: HEIGHT + 26 }} />
        )}
      </div>
    </section>
  );
}

/** The newest first. */
function Table({ title, at, lines, unit }: Pick<LinesCardProps, 'title' | 'at' | 'lines' | 'unit'>) {
  const rows = at.map((time, index) => ({ time, index })).reverse();
  return (
    <div className="panel-table" tabIndex={0} role="region" aria-label={`${title} as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">At</th>
            {lines.map((line) => (
              <th key={line.name} scope="col" className="num">
                {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, index }) => (
            <tr key={time}>
              <th scope="row" className="num nowrap">
                {elapsed(time)}
              </th>
              {lines.map((line) => (
                <td key={line.name} className="num nowrap">
                  {text(line.values[index], unit)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
