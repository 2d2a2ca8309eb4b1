/** One panel: its history over the range of the page, asked for again at its own rate while it is on the screen. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { api, RANGES, type Range } from '../api/client.ts';
import type { PanelInfo, Series } from '../api/types.ts';
import { href, useParam } from '../app/router.ts';
import { text } from '../format/numbers.ts';
import { atPoint, lasting } from '../format/time.ts';
import { usePolled } from '../live/usePolled.ts';
import { Button, Empty, Link, ProblemNote, Skeleton } from '../ui/basics.tsx';
import { Icon } from '../ui/icons.tsx';
import { Chart, type ChartLine } from './Chart.tsx';
import { lineColours, ordered } from './colours.ts';
import { useVisible } from './useVisible.ts';
import './chart.css';

export const RANGE_NAMES = Object.keys(RANGES) as Range[];

/** Seconds after which a panel that has just been opened, or whose line has just begun, is asked for again: nobody should wait
 * a minute to see that it lives. */
const SOON = 10;
/** Seconds since a line's first value up to which it has just begun. */
const YOUNG = 300;

/** Whether nothing on it is older than YOUNG. */
function young(series: Series): boolean {
  const first = Math.min(
    ...series.lines.map((line) => line.values.findIndex((value) => value !== null)).filter((at) => at >= 0),
  );
  return first === Infinity || (series.times.at(-1) ?? 0) - (series.times[first] ?? 0) < YOUNG;
}

export function useRange() {
  return useParam<Range>('range', '15m', RANGE_NAMES);
}

/** region: only this one, or ''. regions: all, in the order of their colours. tall: alone on its page. */
export function Panel({
  info,
  region = '',
  regions,
  tall = false,
}: {
  info: PanelInfo;
  region?: string;
  regions: readonly string[];
  tall?: boolean;
}) {
  const [range] = useRange();
  const [tables, setTables] = useParam<string>('tables', '');
  const { frame, visible } = useVisible<HTMLElement>();
  const key = `${info.name}|${range}|${region}`;
  const [begins, setBegins] = useState(true);
  const answers = useRef(0);
  const polled = usePolled(
    key,
    (signal) => api.history(info.name, range, region, signal),
    begins ? Math.min(info.refresh, SOON) : info.refresh,
    visible,
  );
  useEffect(() => {
    answers.current = polled.data ? answers.current + 1 : 0;
    setBegins(answers.current < 2 || !polled.data || young(polled.data));
  }, [polled.data]);
  const shown = tables.split(',').filter(Boolean);
  const asTable = shown.includes(info.name);
  const toggle = () =>
    setTables((asTable ? shown.filter((name) => name !== info.name) : [...shown, info.name]).join(','));
  const height = tall ? 380 : 168;
  return (
    <section ref={frame} className={`card panel ${tall ? 'panel-tall' : ''}`} aria-label={info.title}>
      <header className="card-head">
        <h2>{info.title}</h2>
        <span className="hint">every {lasting(info.refresh)}</span>
        <div className="card-tools">
          <Button
            kind="quiet"
            icon
            aria-pressed={asTable}
            onClick={toggle}
            title={asTable ? 'Show the chart' : 'Show as a table'}
            aria-label={`${info.title}: ${asTable ? 'show the chart' : 'show as a table'}`}
          >
            <Icon name={asTable ? 'chart' : 'table'} />
          </Button>
          {!tall && (
            <Link
              className="button button-quiet button-icon"
              to={href(`panels/${info.name}`, { range: range === '15m' ? '' : range, region })}
              aria-label={`${info.title}: open alone`}
              title="Open alone"
            >
              <Icon name="expand" />
            </Link>
          )}
        </div>
      </header>
      <div className="card-body">
        {polled.problem && !polled.data ? (
          <ProblemNote problem={polled.problem} again={polled.again} />
        ) : !polled.data ? (
          <Skeleton height={height + 26} />
        ) : (
          <Content
            series={polled.data}
            regions={regions}
            range={range}
            height={height}
            asTable={asTable}
            least={info.least}
          />
        )}
        {polled.data && (
          <p className="panel-sentence" title={polled.data.sentence}>
            {polled.data.sentence || info.sentence}
          </p>
        )}
      </div>
    </section>
  );
}

function Content({
  series,
  regions,
  range,
  height,
  asTable,
  least,
}: {
  series: Series;
  regions: readonly string[];
  range: Range;
  height: number;
  asTable: boolean;
  least: boolean;
}) {
  const lines = useMemo((): ChartLine[] => {
    const sorted = ordered(series.lines, regions);
    const colours = lineColours(sorted, regions);
    return sorted.map((line, index) => ({
      name: line.name,
      colour: colours[index] ?? '',
      values: line.values,
    }));
  }, [series, regions]);
  const span = useMemo((): readonly [number, number] | undefined => {
    const end = (series.times.at(-1) ?? Math.floor(Date.now() / 1000)) + 0;
    return [end - RANGES[range] + series.step, end];
  }, [series, range]);
  if (!series.lines.some((line) => line.values.some((value) => value !== null)))
    return (
      <div style={{ minHeight: height + 26 }} className="empty">
        <strong>Nothing measured yet</strong>
        <p>Lines appear as soon as there is traffic of this kind.</p>
      </div>
    );
  if (asTable) return <Table series={series} />;
  return (
    <Chart
      times={series.times}
      lines={lines}
      unit={series.unit}
      objective={series.objective}
      least={least}
      height={height}
      span={span}
      label={`${series.title}, last ${range}. ${series.sentence}`}
    />
  );
}

/** The same numbers, the newest first. */
function Table({ series }: { series: Series }) {
  const span = (series.times.at(-1) ?? 0) - (series.times[0] ?? 0);
  const rows = series.times.map((time, index) => ({ time, index })).reverse();
  if (!rows.length) return <Empty title="Nothing measured yet" />;
  return (
    <div className="panel-table" tabIndex={0} role="region" aria-label={`${series.title} as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.lines.map((line) => (
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
                {atPoint(time, span)}
              </th>
              {series.lines.map((line) => (
                <td key={line.name} className="num nowrap">
                  {text(line.values[index], series.unit)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
