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
import { isOver } from './states.ts';
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
      <Heatmap run={run} />
      <Crashes run={run} />
      <Failovers run={run} />
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
