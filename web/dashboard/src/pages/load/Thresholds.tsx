/** What the run promised, and whether it holds; and what answers were checked for. */
import type { Summary, Threshold } from '../../api/loadtypes.ts';
import { count, text } from '../../format/numbers.ts';
import type { Tone } from '../../format/names.ts';
import { Badge, capital, Card, Mark } from '../../ui/basics.tsx';
import { boundUnit, isOver } from './states.ts';

export function Thresholds({ run }: { run: Summary }) {
  if (!run.thresholds.length) return null;
  const broken = run.thresholds.filter((each) => each.held === false).length;
  const unjudged = isOver(run) ? run.thresholds.filter((each) => each.held === null).length : 0;
  const hint = [
    broken ? `${broken} of ${run.thresholds.length} broken` : `${run.thresholds.length}`,
    unjudged && `${unjudged} not judged`,
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <Card title="Thresholds" hint={isOver(run) ? hint : `${hint}, so far`} flush>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Thresholds">
        <table className="load-thresholds">
          <thead>
            <tr>
              <th scope="col">Threshold</th>
              <th scope="col">Where</th>
              <th scope="col">Held</th>
              <th scope="col" className="num">
                Value
              </th>
              <th scope="col" className="num">
                Bound
              </th>
            </tr>
          </thead>
          <tbody>
            {run.thresholds.map((each) => (
              <Row key={`${each.text} ${each.where}`} threshold={each} over={isOver(run)} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** over: what a run that is over could not judge, it never will. */
function held({ held }: Threshold, over: boolean): readonly [Tone, string] {
  if (held === null) return ['idle', over ? 'not judged' : 'not known yet'];
  return held ? ['ok', 'held'] : ['bad', 'broken'];
}

function Row({ threshold, over }: { threshold: Threshold; over: boolean }) {
  const [tone, word] = held(threshold, over);
  return (
    <tr data-held={String(threshold.held)}>
      <th scope="row" className="load-name">
        <code>{threshold.text}</code>
        {threshold.sentence && <p className="cell-note">{capital(threshold.sentence)}</p>}
      </th>
      <td data-label="Where">{threshold.where || 'overall'}</td>
      <td className="nowrap">
        <Badge tone={tone} mark>
          {word}
        </Badge>
      </td>
      <td className="num nowrap" data-label="Value">
        {text(threshold.value, boundUnit(threshold.unit))}
      </td>
      <td className="num nowrap" data-label="Bound">
        {text(threshold.bound, boundUnit(threshold.unit))}
      </td>
    </tr>
  );
}

export function Checks({ run }: { run: Summary }) {
  if (!run.checks.length) return null;
  return (
    <Card title="Checks of answers" flush>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Checks of answers">
        <table>
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col" className="num">
                Answers
              </th>
              <th scope="col" className="num">
                Failed
              </th>
            </tr>
          </thead>
          <tbody>
            {run.checks.map((check) => (
              <tr key={check.name}>
                <th scope="row" className="load-name">
                  <Mark
                    tone={check.failed ? 'bad' : 'ok'}
                    size={10}
                    label={check.failed ? 'failed' : 'held'}
                  />{' '}
                  {check.name}
                  {check.failed > 0 && check.example && (
                    <p className="cell-note">For example: {check.example}</p>
                  )}
                </th>
                <td className="num">{count(check.n)}</td>
                <td className="num">{count(check.failed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
