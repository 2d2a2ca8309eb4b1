/** All incidents of a state, the worst that are open first. */
import { ops } from '../../api/ops.ts';
import type { Incident } from '../../api/opstypes.ts';
import { href, useParam } from '../../app/router.ts';
import { ago, atFull } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Unjudged } from '../../overview/Story.tsx';
import { Badge, capital, Empty, Link, ProblemNote, Segmented, Skeleton } from '../../ui/basics.tsx';
import { Severity } from '../../ui/Severity.tsx';
import { duration, lastedFor } from './timeline.ts';
import { useIncidents, type Which } from './useIncidents.ts';

const STATES: readonly (readonly [Which, string])[] = [
  ['open', 'Open'],
  ['resolved', 'Resolved'],
  ['all', 'All'],
];

export function List() {
  const [which, setWhich] = useParam<Which>('state', 'open', ['open', 'resolved', 'all']);
  const found = useIncidents(which);
  const incidents = found.data?.toSorted(before);
  const unjudged = usePolled('unjudged', ops.unjudged, 10).data;
  return (
    <>
      <div className="toolbar">
        <h1>Incidents</h1>
        <div className="toolbar-right">
          <Segmented label="State" value={which} options={STATES} onChange={setWhich} />
        </div>
      </div>
      {found.problem && <ProblemNote problem={found.problem} again={found.again} />}
      {!incidents && !found.problem && <Skeleton height={220} />}
      {unjudged && <Unjudged sentence={unjudged} />}
      {incidents?.length === 0 && !unjudged && (
        <section className="card">
          <Empty title={which === 'open' ? 'Nothing is wrong' : 'No incident is known'}>
            {which === 'open'
              ? 'An incident opens here by itself when an alert fires. Resolved ones are kept for 90 days.'
              : 'Incidents open when an alert of the configuration fires.'}
          </Empty>
        </section>
      )}
      <ul className="incidents">
        {incidents?.map((each) => (
          <Item key={each.id} incident={each} />
        ))}
      </ul>
    </>
  );
}

function before(a: Incident, b: Incident): number {
  const closed = Number(a.state === 'resolved') - Number(b.state === 'resolved');
  if (closed) return closed;
  if (a.state !== 'resolved' && a.severity !== b.severity) return a.severity - b.severity;
  return a.started < b.started ? 1 : -1;
}

export function stateTone(state: string): 'bad' | 'warn' | 'ok' {
  return state === 'resolved' ? 'ok' : state === 'acknowledged' ? 'warn' : 'bad';
}

function Item({ incident }: { incident: Incident }) {
  const now = useNow();
  const tone = stateTone(incident.state);
  return (
    <li className={`card incident tone-${tone} ${incident.state === 'resolved' ? 'incident-over' : ''}`}>
      <div className="incident-head">
        <Severity level={incident.severity} />
        <h2>
          <Link to={href(`incidents/${incident.id}`)}>{incident.title}</Link>
        </h2>
        <Badge tone={tone} mark>
          {incident.state}
        </Badge>
        {incident.silenced && <Badge tone="idle">silenced</Badge>}
        <span className="incident-time num">
          <b>{duration(lastedFor(incident, now))}</b>
          <time dateTime={incident.started} title={atFull(Date.parse(incident.started))} className="faint">
            began {ago(Date.parse(incident.started), now)}
          </time>
        </span>
      </div>
      <p>{capital(incident.sentence)}</p>
      {incident.cause && <p className="muted">Because: {incident.cause}</p>}
      <p className="cell-note">
        {incident.alert_count} {incident.alert_count === 1 ? 'alert' : 'alerts'}
        {incident.told.length > 0 && `, told to ${incident.told.join(', ')}`}
        {incident.acknowledged &&
          `, ${incident.acknowledged.by} takes care: “${incident.acknowledged.reason}”`}
      </p>
    </li>
  );
}
