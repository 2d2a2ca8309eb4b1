/** What only some kinds of runs find out: how much the target bears, how soon it is itself again, whether memory leaks. */
import type { Summary } from '../../api/loadtypes.ts';
import { text } from '../../format/numbers.ts';
import { capital, Card, Mark } from '../../ui/basics.tsx';

export function Capacity({ run }: { run: Summary }) {
  const { capacity, recovery, leaks } = run;
  return (
    <>
      {capacity && (
        <Card
          title="Capacity"
          hint={capacity.knee_rate === null ? '' : `knee at ${text(capacity.knee_rate, 'rps')}`}
          flush
        >
          {capacity.sentence && <p className="load-sentence">{capital(capacity.sentence)}</p>}
          {capacity.points.length > 0 && <Points run={run} points={capacity.points} />}
        </Card>
      )}
      {recovery && (
        <Card title="Recovery" hint={recovery.seconds === null ? '' : text(recovery.seconds, 's')}>
          <p>{capital(recovery.sentence)}</p>
        </Card>
      )}
      {leaks.length > 0 && (
        <Card title="Memory over the run">
          <ul className="load-leaks">
            {leaks.map((leak) => (
              <li key={leak.name} className={`tone-${leak.leaking ? 'bad' : 'ok'}`}>
                <Mark
                  tone={leak.leaking ? 'bad' : 'ok'}
                  size={10}
                  label={leak.leaking ? 'leaks' : 'does not leak'}
                />
                <span>
                  <b>{leak.name}</b> {leak.sentence}
                </span>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

function Points({ run, points }: { run: Summary; points: NonNullable<Summary['capacity']>['points'] }) {
  const knee = run.capacity?.knee_rate ?? null;
  const slowest = Math.max(...points.map((point) => point.p95 ?? 0), 1);
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Capacity">
      <table>
        <thead>
          <tr>
            {['Asked', 'Achieved', 'p50', 'p95', 'p99', 'Errors'].map((name) => (
              <th key={name} scope="col" className="num">
                {name}
              </th>
            ))}
            <th scope="col" className="load-curve wide-only">
              <span className="hidden">p95 as a bar</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => {
            const beyond = knee !== null && point.rate > knee;
            return (
              <tr key={point.rate} className={`tone-${beyond ? 'bad' : 'ok'}`}>
                <th scope="row" className="num nowrap">
                  {text(point.rate, 'rps')}
                  {beyond && <span className="hidden"> beyond the knee</span>}
                </th>
                <td className="num nowrap">{text(point.achieved, 'rps')}</td>
                <td className="num nowrap">{text(point.p50, 'ms')}</td>
                <td className="num nowrap">{text(point.p95, 'ms')}</td>
                <td className="num nowrap">{text(point.p99, 'ms')}</td>
                <td className="num nowrap">{text(point.errors, 'share')}</td>
                <td className="load-curve wide-only">
                  <span className="share-bar" aria-hidden="true">
                    <i style={{ scale: `${((point.p95 ?? 0) / slowest).toFixed(4)} 1` }} />
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
