/** All load tests, the newest first; two that are picked are compared: /load?scenario=swipe&picked=ID,ID. */
import { load } from '../../api/load.ts';
import type { Run } from '../../api/loadtypes.ts';
import { go, href, useParam } from '../../app/router.ts';
import { text } from '../../format/numbers.ts';
import { ago, atFull } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { ActButton } from '../../ui/Act.tsx';
import { Button, capital, Card, Empty, Link, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import { Compare } from './Compare.tsx';
import { FILLED_IN, StartDialog } from './StartDialog.tsx';
import { State } from './State.tsx';
import { isOver, pick } from './states.ts';

/** Runs that are shown at first, and at most. */
const FEW = 50;
const MANY = 500;

export function List() {
  const [scenario, setScenario] = useParam<string>('scenario', '');
  const [given, setPicked] = useParam<string>('picked', '');
  const [all, setAll] = useParam<string>('all', '');
  const [start, setStart] = useParam<string>('start', '');
  const limit = all ? MANY : FEW;
  const found = usePolled(`runs ${limit}`, (signal) => load.runs(limit, signal), 2);
  const runs = found.data;
  const names = [...new Set(runs?.map((run) => run.name))].sort();
  const shown = runs?.filter((run) => !scenario || run.name === scenario);
  const picked = given.split(',').filter(Boolean);
  const both = picked.map((id) => runs?.find((run) => run.id === id));
  return (
    <>
      <div className="toolbar">
        <h1>Load tests</h1>
        <div className="toolbar-right">
          {names.length > 1 && (
            <label className="filter">
              Scenario
              <select value={scenario} onChange={(event) => setScenario(event.target.value)}>
                <option value="">all</option>
                {names.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          )}
          <ActButton kind="primary" onClick={() => setStart('new')}>
            Start a load test
          </ActButton>
        </div>
      </div>
      {found.problem && <ProblemNote problem={found.problem} again={found.again} />}
      {!runs && !found.problem && <Skeleton height={260} />}
      {both[0] && both[1] && <Compare a={both[0]} b={both[1]} onClose={() => setPicked('')} />}
      {runs?.length === 0 && <NoRuns />}
      {shown && shown.length > 0 && (
        <Card
          title="Runs"
          hint={picked.length === 1 ? 'pick another one to compare' : 'pick two to compare them'}
          flush
        >
          <Table runs={shown} picked={picked} onPick={(id) => setPicked(pick(picked, id).join(','))} />
          {runs && runs.length >= limit && !all && (
            <div className="more">
              <Button onClick={() => setAll('yes')}>Show more</Button>
            </div>
          )}
        </Card>
      )}
      {start && <StartDialog onClose={leaveOut} />}
    </>
  );
}

/** Takes what was filled in out of the address, which is that of the new run when one was started. */
function leaveOut(): void {
  const kept = new URLSearchParams(location.search);
  for (const name of FILLED_IN) kept.delete(name);
  const text = kept.toString();
  go(location.pathname + (text ? `?${text}` : ''), { replace: true });
}

function NoRuns() {
  return (
    <section className="card">
      <Empty title="No load test has run yet">
        Start one here, or where Meridian runs: <code>meridian load run swipe --scale 0.3 --duration 60</code>
      </Empty>
    </section>
  );
}

function Table({
  runs,
  picked,
  onPick,
}: {
  runs: readonly Run[];
  picked: readonly string[];
  onPick: (id: string) => void;
}) {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Runs">
      <table className="load-runs">
        <thead>
          <tr>
            <th scope="col">
              <span className="hidden">Compare</span>
            </th>
            <th scope="col">Run</th>
            <th scope="col" className="num">
              Rate
            </th>
            <th scope="col" className="num">
              p95
            </th>
            <th scope="col" className="num">
              Errors
            </th>
            <th scope="col">When</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Row key={run.id} run={run} picked={picked.includes(run.id)} onPick={() => onPick(run.id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ run, picked, onPick }: { run: Run; picked: boolean; onPick: () => void }) {
  const now = useNow();
  const began = Date.parse(run.began);
  return (
    <tr data-run={run.id} data-state={run.state}>
      <td>
        <input
          type="checkbox"
          checked={picked}
          disabled={!isOver(run)}
          onChange={onPick}
          aria-label={`Compare ${run.title || run.name}, ${atFull(began)}`}
        />
      </td>
      <th scope="row" className="load-run">
        <span className="row">
          <Link to={href(`load/${run.id}`)}>{run.title || run.name}</Link>
          <State state={run.state} />
        </span>
        <p>{capital(run.sentence)}</p>
        <p className="cell-note">
          {[run.kind, run.target, `scale ${run.scale ?? 1}`].filter(Boolean).join(' · ')}
        </p>
      </th>
      <td className="num nowrap" data-label="Rate">
        {text(run.rate, 'rps')}
      </td>
      <td className="num nowrap" data-label="p95">
        {text(run.p95, 'ms')}
      </td>
      <td className="num nowrap" data-label="Errors">
        {text(run.errors, 'share')}
      </td>
      <td className="nowrap" data-label="When">
        <time dateTime={run.began} title={atFull(began)}>
          {ago(began, now)}
        </time>
      </td>
      <td data-label="By">{run.by}</td>
    </tr>
  );
}
