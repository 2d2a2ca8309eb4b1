/** Each time that traffic moved: what was decided, which request noticed, how long there was no answer, when it was normal again. */
import type { FailoverSeen, Summary } from '../../api/loadtypes.ts';
import { href } from '../../app/router.ts';
import { count, text } from '../../format/numbers.ts';
import { elapsed } from '../../format/time.ts';
import { capital, Card, Empty, Link } from '../../ui/basics.tsx';

export function Failovers({ run }: { run: Summary }) {
  return (
    <Card title="Failover log" hint={run.failovers.length ? String(run.failovers.length) : ''} flush>
      {run.failovers.length === 0 && (
        <Empty title="No traffic moved">
          When a location fails under load, what clients saw of it stands here, to the millisecond.
        </Empty>
      )}
      {run.failovers.length > 0 && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Failover log">
          <table className="load-failovers">
            <thead>
              <tr>
                <th scope="col">At</th>
                <th scope="col">Region</th>
                <th scope="col">What happened</th>
                <th scope="col">Noticed by</th>
                <th scope="col" className="num">
                  Gap
                </th>
                <th scope="col" className="num">
                  Failed
                </th>
                <th scope="col" className="num">
                  Normal at
                </th>
              </tr>
            </thead>
            <tbody>
              {run.failovers.map((each) => (
                <Row key={`${each.at} ${each.region} ${each.to}`} failover={each} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Row({ failover }: { failover: FailoverSeen }) {
  const { decision, noticed } = failover;
  return (
    <tr>
      <td className="num nowrap">{elapsed(failover.at)}</td>
      <th scope="row" className="load-name">
        {failover.region}
        <p className="cell-note">
          {failover.from}
          {failover.to && ` to ${failover.to}`}
        </p>
      </th>
      <td className="load-said">
        {capital(failover.sentence)}
        <p className="cell-note">
          {decision ? (
            <>
              Decided: {decision.sentence}{' '}
              <Link to={href(`decisions/${decision.id}`)} className="load-link">
                evidence
              </Link>
            </>
          ) : (
            'No decision explains it.'
          )}
        </p>
      </td>
      <td>
        {noticed ? (
          <>
            request {count(noticed.number)}
            <p className="cell-note">
              {elapsed(noticed.at)}, {noticed.what}
            </p>
          </>
        ) : (
          'nobody'
        )}
      </td>
      <td className="num nowrap">{text(failover.gap_ms, 'ms')}</td>
      <td className="num nowrap">{count(failover.failed)}</td>
      <td className="num nowrap">{normal(failover)}</td>
    </tr>
  );
}

/** Where nothing was missing it was normal all the time. */
function normal({ normal_at, gap_ms, failed }: FailoverSeen): string {
  if (normal_at !== null) return elapsed(normal_at);
  return gap_ms === null && !failed ? 'always' : 'not again';
}
