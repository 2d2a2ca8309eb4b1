/** Two runs beside each other: what is slower, what is faster, and what is only noise. */
import { load } from '../../api/load.ts';
import type { Comparison, Run } from '../../api/loadtypes.ts';
import { href } from '../../app/router.ts';
import { text } from '../../format/numbers.ts';
import type { Tone } from '../../format/names.ts';
import { atFull } from '../../format/time.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Badge, Button, capital, Card, Link, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import { changeText, inOrder, unitOf } from './states.ts';

const TONES: Record<string, Tone> = { same: 'ok', faster: 'ok', slower: 'bad', unlike: 'warn' };

export function Compare({ a, b, onClose }: { a: Run; b: Run; onClose: () => void }) {
  const [before, after] = inOrder(a, b);
  const found = usePolled(
    `${before.id} ${after.id}`,
    (signal) => load.compare(after.id, before.id, signal),
    3600,
  );
  return (
    <Card
      title="Comparison"
      tools={
        <Button kind="quiet" onClick={onClose}>
          Close
        </Button>
      }
    >
      <div className="stack">
        <p className="muted">
          <Link to={href(`load/${after.id}`)}>
            {after.title || after.name} of {atFull(Date.parse(after.began))}
          </Link>{' '}
          against{' '}
          <Link to={href(`load/${before.id}`)}>
            {before.title || before.name} of {atFull(Date.parse(before.began))}
          </Link>
        </p>
        {found.problem && <ProblemNote problem={found.problem} again={found.again} />}
        {!found.data && !found.problem && <Skeleton height={160} />}
        {found.data && <Compared comparison={found.data} />}
      </div>
    </Card>
  );
}

export function Compared({ comparison }: { comparison: Comparison }) {
  return (
    <div className="stack">
      <p className="lead" role="status">
        <Badge tone={TONES[comparison.verdict] ?? 'idle'} mark>
          {comparison.verdict}
        </Badge>{' '}
        {capital(comparison.sentence)}
      </p>
      {comparison.metrics.length > 0 && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="What was compared">
          <table>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col" className="num">
                  Before
                </th>
                <th scope="col" className="num">
                  After
                </th>
                <th scope="col" className="num">
                  Change
                </th>
                <th scope="col" className="num">
                  Surely within
                </th>
                <th scope="col">Verdict</th>
              </tr>
            </thead>
            <tbody>
              {comparison.metrics.map((metric) => (
                <tr key={metric.name}>
                  <th scope="row">{metric.name}</th>
                  <td className="num nowrap">{text(metric.before, unitOf(metric.name))}</td>
                  <td className="num nowrap">{text(metric.after, unitOf(metric.name))}</td>
                  <td className="num nowrap">{changeText(metric.change, unitOf(metric.name))}</td>
                  <td className="num nowrap">
                    {metric.low === null || metric.high === null
                      ? '–'
                      : `${changeText(metric.low, unitOf(metric.name))} to ${changeText(metric.high, unitOf(metric.name))}`}
                  </td>
                  <td className="nowrap">
                    <Badge tone={TONES[metric.verdict] ?? 'idle'} mark>
                      {metric.verdict}
                    </Badge>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
