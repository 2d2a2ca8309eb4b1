/** What came of a run in one sentence, how far it is, and what can be done with it. */
import { useState } from 'react';
import { load } from '../../api/load.ts';
import { Problem } from '../../api/client.ts';
import type { Summary } from '../../api/loadtypes.ts';
import { href } from '../../app/router.ts';
import { atFull, elapsed } from '../../format/time.ts';
import { ActButton } from '../../ui/Act.tsx';
import { ReasonDialog } from '../../ui/Dialog.tsx';
import { Badge, Button, capital, Link, ProblemNote } from '../../ui/basics.tsx';
import { Progress } from './Progress.tsx';
import { save } from './save.ts';
import { State } from './State.tsx';
import { isOver, runTone } from './states.ts';

export function Head({ run, again, lost }: { run: Summary; again: () => void; lost: boolean }) {
  const over = isOver(run);
  return (
    <section className={`card load-head tone-${runTone(run.state)}`} aria-label="Verdict">
      <div className="row">
        <h1>{run.title || run.name}</h1>
        <span role="status">
          <State state={run.state} />
        </span>
        {lost && <Badge tone="bad">control does not answer</Badge>}
        <span className="load-when num faint">
          <time dateTime={run.began}>{atFull(Date.parse(run.began))}</time>
          {run.ended && ` to ${atFull(Date.parse(run.ended))}`}
        </span>
      </div>
      {run.sentence && <p className="lead">{capital(run.sentence)}</p>}
      <Progress run={run} />
      <p className="cell-note">{facts(run)}</p>
      {!over && run.stop && <p className="muted">It is being stopped: “{run.stop}”</p>}
      <Actions run={run} again={again} over={over} />
    </section>
  );
}

function facts(run: Summary): string {
  return [
    run.kind && `${run.kind} test`,
    run.target && `against ${run.target}`,
    run.by && `by ${run.by}`,
    run.scale !== null && `scale ${run.scale}`,
    `${elapsed(run.duration)} long`,
    run.seed !== null && `seed ${run.seed}`,
    (run.shards ?? 1) > 1 && `${run.shards} shards`,
    run.processes && `${run.processes} ${run.processes === 1 ? 'process' : 'processes'}`,
    run.http && `HTTP/${run.http}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function Actions({ run, again, over }: { run: Summary; again: () => void; over: boolean }) {
  const [stopping, setStopping] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const attempt = async (act: () => Promise<void>) => {
    setProblem(null);
    try {
      await act();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, String(error)));
    }
  };
  return (
    <>
      <div className="row">
        {!over && !run.stop && (
          <ActButton kind="danger" onClick={() => setStopping(true)}>
            Stop
          </ActButton>
        )}
        {over && (
          <Button
            kind="primary"
            onClick={() =>
              void attempt(async () => save(await load.report(run.id), `load-test-${run.id}.html`))
            }
          >
            Save the report
          </Button>
        )}
        <Button
          onClick={() =>
            save(
              new Blob([JSON.stringify(run, null, 1)], { type: 'application/json' }),
              `load-test-${run.id}.json`,
            )
          }
        >
          Save as JSON
        </Button>
        {over && (
          <>
            <Link to={sameAgain(run)} className="button">
              Run it again
            </Link>
            <Link to={href('load', { scenario: run.name, picked: run.id })} className="button">
              Compare
            </Link>
          </>
        )}
        <Link to={href('load')} className="button button-quiet">
          All load tests
        </Link>
      </div>
      {problem && <ProblemNote problem={problem} />}
      {stopping && (
        <ReasonDialog
          title="Stop this load test?"
          verb="Stop"
          danger
          act={async (reason) => {
            await load.stop(run.id, reason);
            again();
          }}
          onClose={() => setStopping(false)}
        >
          <p className="muted">Nothing more is sent. There is a report of what was measured until then.</p>
        </ReasonDialog>
      )}
    </>
  );
}

/** Where the same run is filled in. The seed is another one: the same arrivals twice are no second opinion. */
function sameAgain(run: Summary): string {
  return href('load', {
    start: run.name,
    target: run.target,
    scale: run.scale === null ? '' : String(run.scale),
    duration: String(run.duration),
  });
}
