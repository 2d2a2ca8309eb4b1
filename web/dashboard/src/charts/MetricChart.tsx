/** Any metric over time, by the query route: a card with a chart, its values as a table, and what it is. */
import { useMemo, useState } from 'react';
import { ops, type MetricQuery } from '../api/ops.ts';
import type { MetricSeries } from '../api/opstypes.ts';
import { text } from '../format/numbers.ts';
import { atPoint } from '../format/time.ts';
import { usePolled } from '../live/usePolled.ts';
import { Button, Empty, ProblemNote, Skeleton } from '../ui/basics.tsx';
import { Icon } from '../ui/icons.tsx';
import { Chart } from './Chart.tsx';
import { lineColours, ordered } from './colours.ts';
import { useVisible } from './useVisible.ts';
import './chart.css';

export interface MetricChartProps {
  title: string;
  hint?: string;
  asked: MetricQuery;
  /** seconds between two questions */
  every?: number;
  /** a dashed line: an alert's bound, an objective */
  bound?: number | null;
  regions?: readonly string[];
  height?: number;
}

/** Lines that a chart can show and a person tell apart. */
const LINES = 8;

export function MetricChart({
  title,
  hint,
  asked,
  every = 10,
  bound = null,
  regions = [],
  height = 140,
}: MetricChartProps) {
  const { frame, visible } = useVisible<HTMLElement>();
  const [asTable, setAsTable] = useState(false);
  const found = usePolled(JSON.stringify(asked), (signal) => ops.series(asked, signal), every, visible);
  return (
    <section ref={frame} className="card panel" aria-label={title}>
      <header className="card-head">
        <h2>{title}</h2>
        {hint && <span className="hint">{hint}</span>}
        <div className="card-tools">
          <Button
            kind="quiet"
            icon
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
            title={asTable ? 'Show the chart' : 'Show as a table'}
            aria-label={`${title}: ${asTable ? 'show the chart' : 'show as a table'}`}
          >
            <Icon name={asTable ? 'chart' : 'table'} />
          </Button>
        </div>
      </header>
      <div className="card-body">
        {found.problem && !found.data ? (
          <ProblemNote problem={found.problem} again={found.again} />
        ) : !found.data ? (
          <Skeleton height={height + 26} />
        ) : (
          <Content
            series={found.data}
            title={title}
            asTable={asTable}
            bound={bound}
            regions={regions}
            height={height}
          />
        )}
      </div>
    </section>
  );
}

function Content({
  series,
  title,
  asTable,
  bound,
  regions,
  height,
}: {
  series: MetricSeries;
  title: string;
  asTable: boolean;
  bound: number | null;
  regions: readonly string[];
  height: number;
}) {
  const measured = useMemo(
    () =>
      ordered(
        series.lines.filter((line) => line.values.some((value) => value !== null)),
        regions,
      ).slice(0, LINES),
    [series, regions],
  );
  const lines = useMemo(() => {
    const colours = lineColours(measured, regions);
    return measured.map((line, index) => ({
      name: line.name || title,
      colour: colours[index] ?? '',
      values: line.values,
    }));
  }, [measured, regions, title]);
  const span = useMemo((): readonly [number, number] | undefined => {
    const [first, last] = [series.times[0], series.times.at(-1)];
    return first === undefined || last === undefined ? undefined : [first, last];
  }, [series]);
  if (!measured.length)
    return <Empty title="Nothing measured">There was no traffic of this kind then.</Empty>;
  if (asTable) return <SeriesTable series={series} lines={lines} title={title} />;
  return (
    <Chart
      times={series.times}
      lines={lines}
      unit={series.unit}
      objective={bound}
      objectiveName="bound"
      height={height}
      span={span}
      label={title}
    />
  );
}

function SeriesTable({
  series,
  lines,
  title,
}: {
  series: MetricSeries;
  lines: readonly { name: string; values: readonly (number | null)[] }[];
  title: string;
}) {
  const span = (series.times.at(-1) ?? 0) - (series.times[0] ?? 0);
  return (
    <div className="panel-table" tabIndex={0} role="region" aria-label={`${title} as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map((line) => (
              <th key={line.name} scope="col" className="num">
                {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {series.times
            .map((time, index) => (
              <tr key={time}>
                <th scope="row" className="num nowrap">
                  {atPoint(time, span)}
                </th>
                {lines.map((line) => (
                  <td key={line.name} className="num nowrap">
                    {text(line.values[index], series.unit)}
                  </td>
                ))}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
