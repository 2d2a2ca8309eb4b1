/** Every answer of a run as time and latency: the colour says how many. Values under the pointer, or by the arrow keys; or as a table. */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { Summary } from '../../api/loadtypes.ts';
import { useTheme } from '../../app/theme.ts';
import { count, digits } from '../../format/numbers.ts';
import { elapsed } from '../../format/time.ts';
import { Card, Empty } from '../../ui/basics.tsx';
import { cellAt, gridOf, moved, spanOf, ticks, type Cell, type Grid } from './heat.ts';
import { draw, stopsOf } from './heatcanvas.ts';
import { HeatTable } from './HeatTable.tsx';
import { axisOf } from './states.ts';
import { TableToggle } from './TableToggle.tsx';
import { useTable } from './useTable.ts';

const TITLE = 'Latency heatmap';
const HEIGHT = 260;
/** A cell is at least so many pixels wide and high. */
const CELL = 4;

export function Heatmap({ run }: { run: Summary }) {
  const [asTable, toggle] = useTable('heatmap');
  const empty = !run.heatmap.counts.some((column) => column.some((n) => n > 0));
  return (
    <Card
      title={TITLE}
      hint={<span className="wide-only">when a request was due, and how long it took</span>}
      tools={<TableToggle title={TITLE} asTable={asTable} onToggle={toggle} />}
    >
      {empty ? (
        <Empty title="Nothing was measured">No request was answered.</Empty>
      ) : asTable ? (
        <HeatTable data={run.heatmap} />
      ) : (
        <Picture run={run} />
      )}
    </Card>
  );
}

function Picture({ run }: { run: Summary }) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const [width, setWidth] = useState(0);
  const [cell, setCell] = useState<Cell | null>(null);
  const [byKey, setByKey] = useState(false);
  const grid = useMemo(
    () => gridOf(run.heatmap, Math.floor(width / CELL) || 1, HEIGHT / CELL),
    [run.heatmap, width],
  );
  const [from, to] = axisOf(run);
  // Whole columns: the last one may be of fewer seconds than the others.
  const last = Math.max(to, (grid.at.at(-1) ?? 0) + grid.step);
  const length = last - from;
  const [start, filled] = [((grid.at[0] ?? from) - from) / length, (grid.at.length * grid.step) / length];

  useEffect(() => {
    const place = frame.current;
    if (!place) return;
    const observer = new ResizeObserver(() => setWidth(place.clientWidth));
    observer.observe(place);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (canvas.current && width) draw(canvas.current, grid, { width, height: HEIGHT, start, filled });
    // Another theme has other colours.
  }, [grid, width, start, filled, theme]);

  const point = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    setByKey(false);
    setCell(
      cellAt(
        grid,
        ((event.clientX - box.left) / box.width - start) / filled,
        (event.clientY - box.top) / box.height,
      ),
    );
  };
  const key = (event: KeyboardEvent) => {
    const next = event.key === 'Escape' ? null : moved(grid, cell, event.key);
    if (!next && event.key !== 'Escape') return;
    event.preventDefault();
    setByKey(true);
    setCell(next);
  };
  const within = cell && cell.column < grid.at.length && cell.row < grid.rows.length ? cell : null;
  const reading = within ? readingOf(grid, within) : '';
  return (
    <div className="heat">
      <div className="heat-axis num" aria-hidden="true">
        {ticks(grid, 0.11).map((tick) => (
          <span key={tick.ms} style={{ bottom: `${(tick.place * 100).toFixed(2)}%` }}>
            {short(tick.ms)}
          </span>
        ))}
      </div>
      <div
        ref={frame}
        className="heat-frame"
        role="group"
        tabIndex={0}
        aria-label={`${TITLE}: ${wholeOf(grid)} Arrow keys read single cells.`}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setCell(null)}
        onKeyDown={key}
        onBlur={() => setCell(null)}
      >
        <canvas ref={canvas} aria-hidden="true" />
        {within && (
          <i
            className="heat-cell"
            style={{
              left: `${((start + (within.column / grid.at.length) * filled) * 100).toFixed(3)}%`,
              width: `${((filled / grid.at.length) * 100).toFixed(3)}%`,
              bottom: `${((within.row / grid.rows.length) * 100).toFixed(3)}%`,
              height: `${(100 / grid.rows.length).toFixed(3)}%`,
            }}
          />
        )}
        {run.events.map((event) => (
          <i
            key={`${event.at} ${event.what} ${event.sentence}`}
            className="heat-event"
            title={`${elapsed(event.at)} ${event.sentence || event.what}`}
            style={{ left: `${(((event.at - from) / length) * 100).toFixed(3)}%` }}
          />
        ))}
      </div>
      <div className="heat-times num" aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part}>{elapsed(Math.round(from + part * length))}</span>
        ))}
      </div>
      <div className="heat-legend num">
        <span aria-live={byKey ? 'polite' : 'off'}>{reading || wholeOf(grid)}</span>
        <span className="heat-scale" aria-hidden="true">
          1
          {stopsOf().map((colour) => (
            <i key={colour} style={{ background: colour }} />
          ))}
          {count(grid.most)}
        </span>
      </div>
    </div>
  );
}

function short(ms: number): string {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}

/** "At 0:12, 40.0–45.0 ms: 132 requests". */
function readingOf(grid: Grid, cell: Cell): string {
  const at = grid.at[cell.column] ?? 0;
  const n = grid.counts[cell.column]?.[cell.row] ?? 0;
  const when = grid.step > 1 ? `${elapsed(at)} to ${elapsed(at + grid.step)}` : elapsed(at);
  return `At ${when}, ${spanOf(grid, cell.row)}: ${count(n)} ${n === 1 ? 'request' : 'requests'}`;
}

function wholeOf(grid: Grid): string {
  const n = grid.counts.reduce((sum, column) => sum + column.reduce((a, b) => a + b, 0), 0);
  const [low, high] = [grid.rows[0]?.low ?? 0, grid.rows.at(-1)?.high ?? 0];
  return `${count(n)} requests, ${digits(low)} to ${digits(high)} ms.`;
}
