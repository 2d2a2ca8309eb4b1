/** What Meridian decided, and why: /decisions, /decisions?controller=regions.recovery&open=ID, /decisions/ID. */
import { useState } from 'react';
import { ops } from '../../api/ops.ts';
import { go, href, usePlace } from '../../app/router.ts';
import { atFull } from '../../format/time.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Button, Empty, Link, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import '../pages.css';
import '../shared.css';
import { Entry } from './Entry.tsx';
import { Filters } from './Filters.tsx';
import { byDay, type Filter } from './known.ts';
import { useDecisions } from './useDecisions.ts';
import './decisions.css';

const today = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

export default function Decisions({ rest }: { rest: string[] }) {
  return rest[0] ? <One id={rest[0]} /> : <All />;
}

function All() {
  const { search } = usePlace();
  const open = search.get('open') ?? '';
  const filter: Filter = {
    controller: search.get('controller') ?? '',
    subject: search.get('subject') ?? '',
    kind: search.get('kind') ?? '',
  };
  const found = useDecisions(filter);
  const show = (part: Partial<Filter>, id = '') =>
    go(href('decisions', { ...filter, ...part, open: id }), { replace: true });
  return (
    <>
      <div className="toolbar">
        <h1>Decisions</h1>
        <Filters filter={filter} decisions={found.decisions ?? []} onChange={(part) => show(part)} />
      </div>
      {found.problem && <ProblemNote problem={found.problem} again={found.again} />}
      {!found.decisions && !found.problem && <Skeleton height={420} />}
      {found.decisions?.length === 0 && (
        <Empty title="No decision fits">
          What Meridian decides by itself, and what operators do, appears here.
        </Empty>
      )}
      {byDay(found.decisions ?? [], (at) => today.format(at)).map(({ day, decisions }) => (
        <section key={day} className="card day" aria-label={day}>
          <h2 className="day-name">{day}</h2>
          {decisions.map((each) => (
            <Entry
              key={each.id}
              decision={each}
              open={open === each.id}
              onToggle={() => show({}, open === each.id ? '' : each.id)}
              onFilter={(part) => show(part)}
              onUndone={found.again}
            />
          ))}
        </section>
      ))}
      {found.next && (
        <div className="more">
          <Button onClick={() => void found.more()} disabled={found.busy}>
            {found.busy ? 'Loading' : 'Older decisions'}
          </Button>
        </div>
      )}
    </>
  );
}

function One({ id }: { id: string }) {
  const [turn, setTurn] = useState(0);
  const found = usePolled(`${id}|${turn}`, (signal) => ops.decision(id, signal), 30);
  return (
    <>
      <div className="toolbar">
        <h1>Decision</h1>
        {found.data && <span className="muted">{atFull(Date.parse(found.data.at))}</span>}
        <div className="toolbar-right">
          <Link to={href('decisions')} className="button button-quiet">
            All decisions
          </Link>
        </div>
      </div>
      {found.problem && !found.data && <ProblemNote problem={found.problem} again={found.again} />}
      {!found.data && !found.problem && <Skeleton height={240} />}
      {found.data && (
        <section className="card day" aria-label="Decision">
          <h2 className="hidden">What was decided</h2>
          <Entry
            decision={found.data}
            open
            onFilter={(part) => go(href('decisions', part as Record<string, string>))}
            onUndone={() => setTurn((count) => count + 1)}
          />
        </section>
      )}
    </>
  );
}
