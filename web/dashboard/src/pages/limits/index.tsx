/** How the limits work on the traffic: how much each is used, who is refused most, and who is blocked: /limits?minutes=60. */
import { ops } from '../../api/ops.ts';
import { useParam } from '../../app/router.ts';
import { MetricChart } from '../../charts/MetricChart.tsx';
import { usePolled } from '../../live/usePolled.ts';
import { Card, Empty, ProblemNote, Segmented, Skeleton } from '../../ui/basics.tsx';
import '../pages.css';
import '../shared.css';
import { Blocked } from './Blocked.tsx';
import { Usage } from './Usage.tsx';
import './limits.css';

const SPANS = [
  ['15', '15m'],
  ['60', '1h'],
  ['360', '6h'],
  ['1440', '24h'],
] as const;

export default function Page() {
  const [minutes, setMinutes] = useParam<string>(
    'minutes',
    '60',
    SPANS.map(([value]) => value),
  );
  const found = usePolled(minutes, (signal) => ops.usage(Number(minutes), signal), 10);
  const range = SPANS.find(([value]) => value === minutes)?.[1] ?? '1h';
  return (
    <div className="stack">
      <div className="toolbar">
        <h1>Limits</h1>
        <div className="toolbar-right">
          <Segmented label="Time range" value={minutes} options={SPANS} onChange={setMinutes} />
        </div>
      </div>
      <div className="charts limits-charts">
        <MetricChart
          title="Actions per second"
          asked={{ metric: 'actions_per_second', by: ['action'], range }}
        />
        <MetricChart
          title="Refused per second"
          hint="by limit"
          asked={{ metric: 'limit_refusals_per_second', by: ['limit'], range }}
        />
      </div>
      {found.problem && !found.data && <ProblemNote problem={found.problem} again={found.again} />}
      {!found.data && !found.problem && <Skeleton height={340} />}
      {found.data && (
        <div className="two">
          <Usage limits={found.data.limits} />
          <div className="stack">
            <Top top={found.data.top} />
            <Blocked />
          </div>
        </div>
      )}
    </div>
  );
}

function Top({ top }: { top: readonly { limit: string; who: string; refused: number; beyond: number }[] }) {
  return (
    <Card title="Refused most" flush>
      {top.length === 0 ? (
        <Empty title="Nobody was refused">Those who ask for more than their share appear here.</Empty>
      ) : (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Refused most">
          <table>
            <thead>
              <tr>
                <th scope="col">Who</th>
                <th scope="col">Limit</th>
                <th scope="col" className="num">
                  Refused
                </th>
              </tr>
            </thead>
            <tbody>
              {top.map((each) => (
                <tr key={`${each.limit} ${each.who}`}>
                  <th scope="row" className="limit-who">
                    {each.who}
                  </th>
                  <td>{each.limit}</td>
                  <td className="num">
                    {each.refused}
                    {each.beyond > 0 && <span className="faint"> at least</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
