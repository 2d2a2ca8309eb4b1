/** Lines over time, drawn by uPlot on a canvas; the legend beside it is HTML and shows the values under the pointer. */
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useTheme } from '../app/theme.ts';
import { text } from '../format/numbers.ts';
import { atPoint, atTick, elapsed } from '../format/time.ts';
import { resolved } from './colours.ts';
import './chart.css';

export interface ChartLine {
  name: string;
  colour: string;
  values: readonly (number | null)[];
}

export interface ChartProps {
  /** seconds since 1970, ascending; with `since` seconds since what it says */
  times: readonly number[];
  lines: readonly ChartLine[];
  unit: string;
  /** drawn as a dashed line where it is near enough to the values */
  objective?: number | null;
  /** what the dashed line is called */
  objectiveName?: string;
  /** the objective is a lower bound of a share: the axis ends at all */
  least?: boolean;
  height?: number;
  /** what it shows, in words */
  label: string;
  /** left to right ends of the axis, seconds since 1970; else those of the values */
  span?: readonly [number, number] | undefined;
  /** times are seconds since this, such as 'start', and not of a day */
  since?: string;
  /** times of what happened meanwhile: upright lines */
  marks?: readonly number[];
}

export function Chart({
  times,
  lines,
  unit,
  objective = null,
  objectiveName = 'objective',
  least = false,
  height = 168,
  label,
  span,
  since = '',
  marks = NONE,
}: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useTheme();
  const [hover, setHover] = useState<number | null>(null);
  const data = useMemo(
    () => [times, ...lines.map((line) => line.values)] as uPlot.AlignedData,
    [times, lines],
  );
  const shape = lines.map((line) => `${line.name}|${line.colour}`).join('\n');
  const latest = useRef({ data, span, marks });
  latest.current = { data, span, marks };

  useEffect(() => {
    const place = frame.current;
    if (!place) return;
    const made = new uPlot(
      options(
        { width: place.clientWidth, height, lines, unit, objective, least, since },
        setHover,
        () => latest.current,
      ),
      latest.current.data,
      place,
    );
    plot.current = made;
    const resize = new ResizeObserver(() => {
      if (place.clientWidth && place.clientWidth !== made.width)
        made.setSize({ width: place.clientWidth, height });
    });
    resize.observe(place);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
    // The lines' values reach uPlot by setData below; another set of lines, or another theme, is another plot.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, unit, objective, least, height, theme, since]);

  useEffect(() => {
    plot.current?.setData(data);
  }, [data, span, marks]);

  return (
    <figure className="chart" aria-label={label}>
      <div ref={frame} className="chart-canvas" style={{ height }} role="img" aria-label={label} />
      <Legend
        times={times}
        lines={lines}
        unit={unit}
        index={hover}
        objective={objective}
        objectiveName={objectiveName}
        since={since}
      />
    </figure>
  );
}

/** Values under the pointer, or the latest ones. */
function Legend({
  times,
  lines,
  unit,
  index,
  objective,
  objectiveName,
  since,
}: Pick<ChartProps, 'times' | 'lines' | 'unit'> & {
  index: number | null;
  objective: number | null;
  objectiveName: string;
  since: string;
}) {
  const at = index === null ? undefined : times[index];
  const whole = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return (
    <figcaption className="legend">
      {lines.map((line) => (
        <span key={line.name} className="legend-line">
          <i style={{ background: line.colour }} />
          {line.name}
          <b className="num">{text(index === null ? lastOf(line.values) : line.values[index], unit)}</b>
        </span>
      ))}
      {objective !== null && at === undefined && (
        <span className="legend-line legend-objective">
          <i />
          {objectiveName} <b className="num">{text(objective, unit)}</b>
        </span>
      )}
      {at !== undefined && (
        <time className="num legend-time">{since ? elapsed(at) : atPoint(at, whole)}</time>
      )}
    </figcaption>
  );
}

/** The latest value there is: the step that has just begun may have none yet. */
export function lastOf(values: readonly (number | null)[]): number | null {
  for (let index = values.length - 1; index >= Math.max(0, values.length - 4); index -= 1) {
    const value = values[index];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** Ends of the axis: from zero (or below what is less) to above the values, and to above the objective unless that would flatten
 * them. Shares that are wanted high (a hit rate) are shown between what they fall to and all. */
export function axisEnds(
  least: number,
  most: number,
  objective: number | null,
  wantedHigh: boolean,
): [number, number] {
  if (wantedHigh && objective !== null) {
    const low = Math.min(least, objective);
    return [Math.max(0, 1 - (1 - low) * 1.6), 1];
  }
  const wanted = objective !== null && most > objective * 0.25 ? Math.max(most, objective) : most;
  if (least < 0) return [least * 1.12, Math.max(0, wanted * 1.12)];
  return [0, (wanted || objective || 1) * 1.12];
}

/** Short, as there is little room beside the axis. */
function tickText(value: number, unit: string): string {
  return unit === 'ms' && value >= 1000 ? `${value / 1000} s` : text(value, unit);
}

interface Drawn {
  span: readonly [number, number] | undefined;
  marks: readonly number[];
}

function options(
  {
    width,
    height,
    lines,
    unit,
    objective,
    least: wantedHigh,
    since,
  }: { width: number; height: number; objective: number | null; least: boolean; since: string } & Pick<
    ChartProps,
    'lines' | 'unit'
  >,
  hovered: (index: number | null) => void,
  drawn: () => Drawn,
): uPlot.Options {
  const muted = resolved('var(--faint)');
  const grid = { stroke: resolved('var(--line)'), width: 1 };
  const font = '11px system-ui, sans-serif';
  const base = { stroke: muted, font, grid, ticks: { show: false } };
  return {
    width: width || 300,
    height,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 7 },
      drag: { x: false, y: false },
      sync: { key: since || 'time', setSeries: false },
    },
    scales: {
      x: {
        time: !since,
        range: (_, low, high) => {
          const [from, to] = drawn().span ?? [low, high];
          return [from, Math.max(to, from + 1)];
        },
      },
      y: { range: (_, least, most) => axisEnds(least, most, objective, wantedHigh) },
    },
    axes: [
      {
        ...base,
        size: 24,
        gap: 4,
        space: 72,
        ...(since ? { incrs: SPANS } : {}),
        values: (_, ticks, __, ___, step) =>
          ticks.map((tick) => (since ? elapsed(tick) : atTick(tick, step))),
      },
      {
        ...base,
        size: (_, ticks) => Math.max(54, 12 + 6.4 * Math.max(0, ...(ticks ?? []).map((tick) => tick.length))),
        gap: 6,
        space: 36,
        ...(unit === 'count' ? { incrs: WHOLE } : {}),
        values: (_, ticks) => ticks.map((tick) => tickText(tick, unit)),
      },
    ],
    series: [
      {},
      ...lines.map((line, index) => {
        const stroke = resolved(line.colour);
        return {
          label: line.name,
          stroke,
          width: 1.6,
          points: { size: 4, filter: isolated },
          ...(lines.length === 1 && index === 0 ? { fill: `${stroke}1f` } : {}),
        };
      }),
    ],
    hooks: {
      draw: [
        (plot) => drawMarks(plot, drawn().marks),
        ...(objective === null ? [] : [(plot: uPlot) => drawObjective(plot, objective)]),
      ],
      setCursor: [(plot) => hovered(plot.cursor.idx ?? null)],
    },
  };
}

/** Points without a neighbour, which no line would show. */
function isolated(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  const there = (index: number) => values[index] !== null && values[index] !== undefined;
  return Array.from(values, (_, index) => index).filter(
    (index) => there(index) && !there(index - 1) && !there(index + 1),
  );
}

/** Nobody has half an alert. */
const WHOLE = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 5e6, 1e7, 1e8, 1e9,
];

/** Seconds between two labels of an axis that does not show the time of day. */
const SPANS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
const NONE: readonly number[] = [];

function drawMarks(plot: uPlot, marks: readonly number[]): void {
  const { left, top, width, height } = plot.bbox;
  const canvas = plot.ctx;
  canvas.save();
  canvas.strokeStyle = resolved('var(--faint)');
  canvas.lineWidth = devicePixelRatio;
  canvas.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  canvas.beginPath();
  for (const mark of marks) {
    const x = Math.round(plot.valToPos(mark, 'x', true));
    if (x < left || x > left + width) continue;
    canvas.moveTo(x, top);
    canvas.lineTo(x, top + height);
  }
  canvas.stroke();
  canvas.restore();
}

function drawObjective(plot: uPlot, objective: number): void {
  const y = Math.round(plot.valToPos(objective, 'y', true));
  const { left, top, width } = plot.bbox;
  if (y < top) return;
  const canvas = plot.ctx;
  canvas.save();
  canvas.strokeStyle = resolved('var(--warn)');
  canvas.lineWidth = devicePixelRatio;
  canvas.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  canvas.beginPath();
  canvas.moveTo(left, y);
  canvas.lineTo(left + width, y);
  canvas.stroke();
  canvas.restore();
}
