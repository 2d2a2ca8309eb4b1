/** One incident: what is wrong and why, what to do, what its numbers did, and everything that happened in it. */
import { useState } from 'react';
import { MetricChart } from '../../charts/MetricChart.tsx';
import { ops } from '../../api/ops.ts';
import type { IncidentDetail } from '../../api/opstypes.ts';
import { href } from '../../app/router.ts';
import { atFull } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { ActButton } from '../../ui/Act.tsx';
import { ReasonDialog } from '../../ui/Dialog.tsx';
import { Badge, capital, Link, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import { Runbook } from '../../ui/Runbook.tsx';
import { Severity } from '../../ui/Severity.tsx';
import { SilenceDialog } from '../alerts/SilenceDialog.tsx';
import { AlertGroups } from './AlertGroups.tsx';
import { stateTone } from './List.tsx';
import { Timeline } from './Timeline.tsx';
import { duration, lastedFor, narrowed } from './timeline.ts';

export function Detail({ id }: { id: string }) {
  const found = usePolled(id, (signal) => ops.incident(id, signal), 5);
  return (
    <>
      {found.problem && !found.data && (
        <>
          <h1>Incident</h1>
          <ProblemNote problem={found.problem} again={found.again} />
          <Link to={href('incidents', { state: 'all' })}>All incidents</Link>
        </>
      )}
      {!found.data && !found.problem && <Skeleton height={420} />}
      {found.data && <Whole incident={found.data} again={found.again} />}
    </>
  );
}

function Whole({ incident, again }: { incident: IncidentDetail; again: () => void }) {
  return (
    <>
      <Head incident={incident} again={again} />
      <div className="two">
        <div className="stack">
          <div className="charts incident-charts">
            {Object.entries(incident.values).map(([rule, { metric, where, by, since, until }]) => {
              const alerts = incident.alerts.filter((alert) => alert.rule === rule);
              return (
                <MetricChart
                  key={rule}
                  title={rule}
                  hint={metric}
                  asked={{
                    metric,
                    where: narrowed(where, by, alerts),
                    by,
                    since: minute(since, 0),
                    until: minute(until, 1),
                  }}
                  bound={alerts[0]?.threshold ?? null}
                  height={180}
                />
              );
            })}
          </div>
          <AlertGroups alerts={incident.alerts} known={incident.alert_count} />
        </div>
        <Timeline incident={incident} />
      </div>
    </>
  );
}

/** Whole minutes, so that the question is not another one with each answer about the incident. */
function minute(at: string, later: number): string {
  const whole = (Math.floor(Date.parse(at) / 60_000) + later) * 60_000;
  return new Date(Math.min(whole, Date.now())).toISOString().slice(0, 16) + 'Z';
}

function Head({ incident, again }: { incident: IncidentDetail; again: () => void }) {
  const now = useNow();
  const tone = stateTone(incident.state);
  return (
    <section className={`card incident incident-whole tone-${tone}`} aria-label="Incident">
      <div className="incident-head">
        <Severity level={incident.severity} />
        <h1>{incident.title}</h1>
        <span role="status">
          <Badge tone={tone} mark>
            {incident.state}
          </Badge>
        </span>
        {incident.silenced && <Badge tone="idle">silenced</Badge>}
        <span className="incident-time num">
          <b>{duration(lastedFor(incident, now))}</b>
          <span className="faint">
            {atFull(Date.parse(incident.started))}
            {incident.resolved && ` to ${atFull(Date.parse(incident.resolved))}`}
          </span>
        </span>
      </div>
      <p className="lead">{capital(incident.sentence)}</p>
      <p>
        <span className="muted">Because: </span>
        {incident.cause || 'no decision explains it yet'}{' '}
        {incident.decision && <Link to={href(`decisions/${incident.decision}`)}>evidence</Link>}
      </p>
      {incident.acknowledged && (
        <p>
          <span className="muted">{incident.acknowledged.by} takes care of it: </span>“
          {incident.acknowledged.reason}”
        </p>
      )}
      <Actions incident={incident} again={again} />
    </section>
  );
}

function Actions({ incident, again }: { incident: IncidentDetail; again: () => void }) {
  const [asked, setAsked] = useState<'' | 'acknowledge' | 'silence'>('');
  const close = () => setAsked('');
  return (
    <div className="row">
      {incident.state === 'open' && (
        <ActButton kind="primary" onClick={() => setAsked('acknowledge')}>
          Acknowledge
        </ActButton>
      )}
      {incident.state !== 'resolved' && <ActButton onClick={() => setAsked('silence')}>Silence</ActButton>}
      <Runbook name={incident.runbook} />
      <Link to={href('incidents')} className="button button-quiet">
        All incidents
      </Link>
      {asked === 'acknowledge' && (
        <ReasonDialog
          title="Take care of this incident?"
          verb="Acknowledge"
          act={async (reason) => {
            await ops.acknowledge(incident.id, reason);
            again();
          }}
          onClose={close}
        >
          <p className="muted">
            Nobody is reminded of it any more. It resolves by itself when its alerts end.
          </p>
        </ReasonDialog>
      )}
      {asked === 'silence' && (
        <SilenceDialog matchers={{ subject: [incident.subject] }} onDone={again} onClose={close} />
      )}
    </div>
  );
}
