/** One load test, live while it runs: the verdict, how far it is, what was measured, what failed, and whether to believe it. */
import { useEffect, useState } from 'react';
import { load } from '../../api/load.ts';
import type { Summary } from '../../api/loadtypes.ts';
import { href } from '../../app/router.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Card, Link, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import { Capacity } from './Capacity.tsx';
import { Charts } from './Charts.tsx';
import { Compared } from './Compare.tsx';
import { Crashes } from './Crashes.tsx';
import { Events } from './Events.tsx';
import { Failovers } from './Failovers.tsx';
import { Figures } from './Figures.tsx';
import { Head } from './Head.tsx';
import { Heatmap } from './Heatmap.tsx';
import { Honesty } from './Honesty.tsx';
import { Lag, Processes } from './Machines.tsx';
import { Parts } from './Parts.tsx';
import { isOver, known, listed } from './states.ts';
import { Checks, Thresholds } from './Thresholds.tsx';

/** Seconds between two questions while it runs. */
const EVERY = 1;

export function Run({ id }: { id: string }) {
  const [over, setOver] = useState(false);
  const found = usePolled(id, (signal) => load.run(id, signal), EVERY, !over);
  const { data, problem } = found;
  const none = problem?.status === 404;
  useEffect(() => setOver(none || (data !== null && isOver(data))), [none, data]);
  if (data) return <Whole run={data} again={found.again} lost={problem !== null} />;
  return (
    <>
      <h1>Load test</h1>
      {problem && (
        <>
          <ProblemNote problem={problem} {...(none ? {} : { again: found.again })} />
          <Link to={href('load')}>All load tests</Link>
        </>
      )}
      {!problem && <Skeleton height={420} />}
    </>
  );
}

/** lost: control does not answer at the moment, and this is what it said last. */
function Whole({ run, again, lost }: { run: Summary; again: () => void; lost: boolean }) {
  return (
    <>
      <Head run={run} again={again} lost={lost} />
      <Figures run={run} />
      <Thresholds run={run} />
      <Charts run={run} />
      <Pictures run={run} />
      <div className="two">
        <div className="stack">
          <Parts run={run} />
          <Checks run={run} />
          <Capacity run={run} />
          <Processes run={run} />
          {run.comparison && (
            <Card title="Against an earlier run" hint={run.comparison.with}>
              <Compared comparison={run.comparison} />
            </Card>
          )}
        </div>
        <div className="stack">
          <Honesty run={run} />
          <Lag run={run} />
          <Events run={run} />
        </div>
      </div>
    </>
  );
}

/** What needs the whole record is there when the run is over, or as soon as its runner tells of it. */
function Pictures({ run }: { run: Summary }) {
  const { heat, crashes, failovers } = known(run);
  const later = [!heat && 'latency heatmap', !crashes && 'crash map', !failovers && 'failover log'].filter(
    (name) => name !== false,
  );
  return (
    <>
      {heat && <Heatmap run={run} />}
      {crashes && <Crashes run={run} />}
      {failovers && <Failovers run={run} />}
      {later.length > 0 && (
        <p className="load-later muted">When the run is over, here are also its {listed(later)}.</p>
      )}
    </>
  );
}
