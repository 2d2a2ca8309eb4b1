/** What the generator and the target needed: its delay of its own, and processors and memory of what was sampled. */
import type { Summary } from '../../api/loadtypes.ts';
import { seriesColour } from '../../charts/colours.ts';
import { linesOf } from './lines.ts';
import { LinesCard } from './LinesCard.tsx';
import { useShared } from './useShared.ts';

/** The delay of its own, ms, from which a second of the generator counts as late. */
const LAG_BOUND = 10;

export function Lag({ run }: { run: Summary }) {
  return (
    <LinesCard
      {...useShared(run)}
      name="lag"
      title="The generator's own delay"
      unit="ms"
      bound={LAG_BOUND}
      lines={linesOf({ p99: run.series.lag_ms }, [6])}
    />
  );
}

export function Processes({ run }: { run: Summary }) {
  const shared = useShared(run);
  const { at, processes } = run.resources;
  if (!processes.length) return null;
  const lines = (what: 'cpu' | 'rss') =>
    processes.map((each, index) => ({ name: each.name, colour: seriesColour(index), values: each[what] }));
  return (
    <div className="charts load-pair">
      <LinesCard {...shared} at={at} name="cpu" title="CPU" unit="cores" lines={lines('cpu')} />
      <LinesCard {...shared} at={at} name="rss" title="Memory" unit="bytes" lines={lines('rss')} />
    </div>
  );
}
