/** Whether the generator kept its promise. Where it did not, slow answers may be its own fault, and it says so. */
import type { Summary } from '../../api/loadtypes.ts';
import { count, text } from '../../format/numbers.ts';
import { elapsed } from '../../format/time.ts';
import { Badge, capital, Card, Mark } from '../../ui/basics.tsx';
import { warmingUp } from './states.ts';

/** Late seconds that are named. */
const NAMED = 40;

export function Honesty({ run }: { run: Summary }) {
  const { validity } = run;
  const warm = warmingUp(run);
  const late = validity.late_seconds.length ? validity.late_seconds : lateOf(run);
  return (
    <Card
      title="The generator"
      tools={
        warm ? (
          <Badge tone="idle">warming up</Badge>
        ) : (
          validity.valid !== null && (
            <Badge tone={validity.valid ? 'ok' : 'warn'} mark>
              {validity.valid ? 'to be believed' : 'not to be believed'}
            </Badge>
          )
        )
      }
    >
      <p>{warm ? 'Warming up: nothing is judged yet.' : capital(validity.sentence || silence(run))}</p>
      {run.trouble.map((sentence) => (
        <p key={sentence} className="load-trouble tone-warn">
          <Mark tone="warn" size={10} /> {capital(sentence)}
        </p>
      ))}
      <dl className="load-list">
        <dt>Sent</dt>
        <dd className="num">
          {count(validity.sent)} of {count(validity.due)} due
        </dd>
        <dt>Longest delay of its own</dt>
        <dd className="num">{text(validity.worst_lag_ms, 'ms')}</dd>
        <dt>Late seconds</dt>
        <dd className="num">{late.length ? count(late.length) : 'none'}</dd>
      </dl>
      {late.length > 0 && (
        <p className="cell-note num">
          At {late.slice(0, NAMED).map(elapsed).join(', ')}
          {late.length > NAMED && `, and ${late.length - NAMED} more`}
        </p>
      )}
    </Card>
  );
}

/** While a run goes on it is told with each second. */
function lateOf({ series }: Summary): number[] {
  return series.at.filter((_, index) => series.late[index]);
}

function silence(run: Summary): string {
  if (!run.validity.due) return 'Nothing was sent yet.';
  return run.validity.valid
    ? 'It sent everything when it was due.'
    : 'It did not send everything when it was due.';
}
