/** How much of the app is on: which level each region stands on, why, and what each level turns off. */
import { useState } from 'react';
import { MetricChart } from '../../charts/MetricChart.tsx';
import { RANGE_NAMES, useRange } from '../../charts/Panel.tsx';
import { ops } from '../../api/ops.ts';
import type { Degradation } from '../../api/opstypes.ts';
import { href } from '../../app/router.ts';
import { usePolled } from '../../live/usePolled.ts';
import { ActButton } from '../../ui/Act.tsx';
import { Badge, Link, ProblemNote, Segmented, Skeleton } from '../../ui/basics.tsx';
import '../pages.css';
import '../shared.css';
import { Ladder } from './Ladder.tsx';
import { LevelDialog } from './LevelDialog.tsx';
import { RegionLevels } from './RegionLevels.tsx';
import './degradation.css';

export default function Page() {
  const found = usePolled('degradation', ops.degradation, 3);
  return (
    <>
      {found.problem && !found.data && (
        <>
          <h1>Degradation</h1>
          <ProblemNote problem={found.problem} again={found.again} />
        </>
      )}
      {!found.data && !found.problem && <Skeleton height={380} />}
      {found.data && <Whole now={found.data} again={found.again} />}
    </>
  );
}

/** The level and the region ('' for everywhere) that the dialog begins with. */
export interface Ask {
  level: number | null;
  region: string;
}

function Whole({ now, again }: { now: Degradation; again: () => void }) {
  const [range, setRange] = useRange();
  const [asked, setAsked] = useState<Ask | null>(null);
  return (
    <div className="stack">
      <div className="toolbar">
        <h1>Degradation</h1>
        <Badge tone={now.automatic ? 'ok' : 'warn'}>
          {now.automatic ? 'rules are followed' : 'by hand only'}
        </Badge>
        <div className="toolbar-right">
          <Link className="button button-quiet" to={href('decisions', { controller: 'degradation.rules' })}>
            What was decided
          </Link>
          <ActButton
            kind="primary"
            onClick={() => setAsked({ level: Math.min(now.level + 1, 3), region: '' })}
          >
            Set a level
          </ActButton>
        </div>
      </div>
      <Ladder now={now} />
      <RegionLevels now={now} onAsk={setAsked} />
      <div>
        <div className="toolbar">
          <h2>Over time</h2>
          <div className="toolbar-right">
            <Segmented label="Time range" value={range} options={RANGE_NAMES} onChange={setRange} />
          </div>
        </div>
        <MetricChart
          title="Level"
          asked={{ metric: 'degradation_level', by: ['region'], range }}
          regions={now.regions.map((each) => each.region)}
        />
      </div>
      {asked && <LevelDialog now={now} ask={asked} onDone={again} onClose={() => setAsked(null)} />}
    </div>
  );
}
