/** The latest decisions, each with its sentence. */
import { href } from '../app/router.ts';
import { toneOf } from '../format/names.ts';
import { ago, atFull } from '../format/time.ts';
import { useLive } from '../live/context.ts';
import { useNow } from '../live/useNow.ts';
import { capital, Card, Empty, Link, Skeleton } from '../ui/basics.tsx';

const SHOWN = 40;

export function Feed() {
  const loaded = useLive((state) => state.dashboard !== null);
  const decisions = useLive((state) => state.decisions);
  const now = useNow();
  return (
    <Card
      title="Decisions"
      hint="newest first"
      tools={<Link to={href('decisions')}>All</Link>}
      flush
      className="feed-card"
    >
      {!loaded ? (
        <div className="feed-wait">
          <Skeleton height={260} />
        </div>
      ) : decisions.length === 0 ? (
        <Empty title="Nothing was decided yet">
          What Meridian decides by itself appears here, with its reason.
        </Empty>
      ) : (
        <ol className="feed" tabIndex={0} aria-label="Latest decisions">
          {decisions.slice(0, SHOWN).map((each) => (
            <li key={each.id} className={`tone-${toneOf(each.kind.includes('down') ? 'down' : '')}`}>
              <p>
                <Link to={href(`decisions/${each.id}`)}>{capital(each.sentence)}</Link>
              </p>
              <p className="feed-meta">
                <time dateTime={each.at} title={atFull(Date.parse(each.at))}>
                  {ago(Date.parse(each.at), now)}
                </time>
                <span>{each.actor === 'meridian' ? each.controller : each.actor}</span>
                {each.undone_at && <span>taken back by {each.undone_by}</span>}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
