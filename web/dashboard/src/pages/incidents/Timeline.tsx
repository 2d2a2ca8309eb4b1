/** Everything that happened in an incident, the oldest first, each with how long after the beginning. */
import type { IncidentDetail } from '../../api/opstypes.ts';
import { href } from '../../app/router.ts';
import { atClock, atFull } from '../../format/time.ts';
import { capital, Card, Link, Mark } from '../../ui/basics.tsx';
import { duration, timelineOf } from './timeline.ts';

export function Timeline({ incident }: { incident: IncidentDetail }) {
  const begun = Date.parse(incident.started);
  const moments = timelineOf(incident);
  return (
    <Card title="Timeline" hint="oldest first">
      <ol className="timeline">
        {moments.map((each) => (
          <li key={each.key} className={`tone-${each.tone}`}>
            <span className="timeline-mark">
              <Mark tone={each.tone} size={11} />
            </span>
            <time className="num" dateTime={new Date(each.at).toISOString()} title={atFull(each.at)}>
              {atClock(each.at)}
              <span className="faint"> {offset(each.at - begun)}</span>
            </time>
            <p>
              {each.decision ? (
                <Link to={href(`decisions/${each.decision}`)}>{capital(each.title)}</Link>
              ) : (
                each.title
              )}
            </p>
            {each.note && <p className="cell-note">{each.note}</p>}
          </li>
        ))}
      </ol>
      {incident.deliveries.length === 0 && (
        <p className="cell-note">
          Nobody was told: no channel is configured for this severity, or all are silenced.
        </p>
      )}
    </Card>
  );
}

function offset(milliseconds: number): string {
  if (Math.abs(milliseconds) < 500) return '';
  return `${milliseconds < 0 ? '−' : '+'}${duration(Math.abs(milliseconds) / 1000)}`;
}
