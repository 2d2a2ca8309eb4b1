/** What happened meanwhile: what the scenario broke, what control decided, why the run was ended. */
import type { LoadEvent, Summary } from '../../api/loadtypes.ts';
import type { Tone } from '../../format/names.ts';
import { elapsed } from '../../format/time.ts';
import { capital, Card, Empty, Mark } from '../../ui/basics.tsx';
import '../incidents/incidents.css';
import { isOver } from './states.ts';

const TONES: Record<string, Tone> = { chaos: 'warn', decision: 'idle', abort: 'bad' };
const WORDS: Record<string, string> = {
  chaos: 'broken on purpose',
  decision: 'decided by control',
  abort: 'the run was ended',
};
const SHOWN = 100;

export function Events({ run }: { run: Summary }) {
  const events = run.events.toSorted((a, b) => a.at - b.at);
  return (
    <Card title="What happened" hint={events.length ? 'oldest first' : ''}>
      {events.length === 0 && (
        <Empty title={isOver(run) ? 'Nothing happened meanwhile' : 'Nothing has happened yet'}>
          What a scenario breaks and what control decides appears here.
        </Empty>
      )}
      <ol className="timeline">
        {events.slice(0, SHOWN).map((event) => (
          <Moment key={`${event.at} ${event.what} ${event.sentence}`} event={event} />
        ))}
      </ol>
      {run.next_chaos && (
        <p className="cell-note">
          Next at {elapsed(run.next_chaos.at)}: {run.next_chaos.sentence}
        </p>
      )}
      {events.length > SHOWN && <p className="cell-note">and {events.length - SHOWN} more, in the report</p>}
    </Card>
  );
}

function Moment({ event }: { event: LoadEvent }) {
  const tone = TONES[event.by] ?? 'idle';
  return (
    <li className={`tone-${tone}`}>
      <span className="timeline-mark">
        <Mark tone={tone} size={11} />
      </span>
      <span className="num load-time">{elapsed(event.at)}</span>
      <p>{capital(event.sentence || event.what)}</p>
      <p className="cell-note">
        {[WORDS[event.by] ?? event.by, event.sentence && event.what].filter(Boolean).join(' · ')}
      </p>
    </li>
  );
}
