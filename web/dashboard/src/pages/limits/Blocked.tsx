/** Who the shields against guessing block now, and letting somebody in again. */
import { useState } from 'react';
import { ops } from '../../api/ops.ts';
import type { Blocks } from '../../api/opstypes.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { ActButton } from '../../ui/Act.tsx';
import { Card, Empty, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import { ReasonDialog } from '../../ui/Dialog.tsx';
import { duration } from '../incidents/timeline.ts';

type Block = Blocks['blocks'][number];

export function Blocked() {
  const found = usePolled('blocks', ops.blocks, 10);
  const [lifted, setLifted] = useState<Block | null>(null);
  const now = useNow();
  return (
    <Card title="Blocked by shields" hint={found.data?.length ? String(found.data.length) : ''} flush>
      {found.problem && !found.data && <ProblemNote problem={found.problem} again={found.again} />}
      {!found.data && !found.problem && <Skeleton height={90} />}
      {found.data?.length === 0 && <Empty title="Nobody is blocked" />}
      {!!found.data?.length && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Blocked by shields">
          <table>
            <thead>
              <tr>
                <th scope="col">Who</th>
                <th scope="col">Shield</th>
                <th scope="col" className="num">
                  Ends in
                </th>
                <th scope="col">
                  <span className="hidden">Act</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.data.slice(0, 100).map((each) => (
                <tr key={`${each.region} ${each.kind} ${each.name} ${each.shield}`}>
                  <th scope="row" className="limit-who">
                    {each.name}
                    <p className="cell-note">
                      {each.kind} in {each.region}
                      {each.in_a_row > 1 && `, ${each.in_a_row} times in a row`}
                    </p>
                  </th>
                  <td>{each.shield}</td>
                  <td className="num nowrap">
                    {duration(Math.max(0, (Date.parse(each.until) - now) / 1000))}
                  </td>
                  <td className="num">
                    <ActButton onClick={() => setLifted(each)}>Lift</ActButton>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {lifted && (
        <ReasonDialog
          title={`Let ${lifted.name} in again?`}
          verb="Lift the block"
          act={async (reason) => {
            await ops.lift(lifted.kind === 'address' ? 'address' : 'name', lifted.name, reason);
            found.again();
          }}
          onClose={() => setLifted(null)}
        >
          <p className="muted">It ends on every edge. Failures from now on count anew.</p>
        </ReasonDialog>
      )}
    </Card>
  );
}
