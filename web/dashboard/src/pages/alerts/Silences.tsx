/** What nobody is told of now, until when and why. */
import { useState } from 'react';
import { ops } from '../../api/ops.ts';
import type { Silence } from '../../api/opstypes.ts';
import { atFull } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { ActButton } from '../../ui/Act.tsx';
import { ReasonDialog } from '../../ui/Dialog.tsx';
import { Card, Empty, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import { duration } from '../incidents/timeline.ts';
import { textOf } from './matchers.ts';
import { SilenceDialog } from './SilenceDialog.tsx';

export function Silences() {
  const found = usePolled('silences', ops.silences, 10);
  const [asked, setAsked] = useState(false);
  const [ended, setEnded] = useState<Silence | null>(null);
  const now = useNow();
  return (
    <Card
      title="Silences in force"
      flush
      tools={<ActButton onClick={() => setAsked(true)}>Silence alerts</ActButton>}
    >
      {found.problem && <ProblemNote problem={found.problem} again={found.again} />}
      {!found.data && !found.problem && <Skeleton height={120} />}
      {found.data?.length === 0 && (
        <Empty title="Nothing is silenced">
          Silence alerts before planned work, so that nobody is woken by it.
        </Empty>
      )}
      {!!found.data?.length && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Silences in force">
          <table>
            <thead>
              <tr>
                <th scope="col">Alerts</th>
                <th scope="col">Ends in</th>
                <th scope="col">Why</th>
                <th scope="col">By</th>
                <th scope="col">
                  <span className="hidden">Act</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.data.map((each) => (
                <tr key={each.id}>
                  <th scope="row">
                    <code>{textOf(each.matchers)}</code>
                  </th>
                  <td className="nowrap" title={atFull(Date.parse(each.ends))}>
                    {duration(Math.max(0, (Date.parse(each.ends) - now) / 1000))}
                  </td>
                  <td>{each.reason}</td>
                  <td>{each.author}</td>
                  <td className="num">
                    <ActButton onClick={() => setEnded(each)}>End now</ActButton>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {asked && <SilenceDialog matchers={{}} onDone={found.again} onClose={() => setAsked(false)} />}
      {ended && (
        <ReasonDialog
          title="End this silence now?"
          verb="End it"
          act={async (reason) => {
            await ops.endSilence(ended.id, reason);
            found.again();
          }}
          onClose={() => setEnded(null)}
        >
          <p className="muted">
            What fires of <code>{textOf(ended.matchers)}</code> is told at once.
          </p>
        </ReasonDialog>
      )}
    </Card>
  );
}
