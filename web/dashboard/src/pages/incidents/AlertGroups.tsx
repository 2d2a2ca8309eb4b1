/** The alerts of an incident, rule by rule: which fire, how far past their bound. */
import { ops } from '../../api/ops.ts';
import type { Alert } from '../../api/opstypes.ts';
import { href } from '../../app/router.ts';
import { text } from '../../format/numbers.ts';
import { ago, atFull } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Card, Link, Mark } from '../../ui/basics.tsx';
import { byRule } from './timeline.ts';

export function AlertGroups({ alerts, known }: { alerts: readonly Alert[]; known: number }) {
  const now = useNow();
  const metrics = usePolled('metrics', ops.metrics, 600);
  const rules = usePolled('rules', ops.rules, 60);
  const unit = (rule: string) => {
    const metric = rules.data?.find((each) => each.name === rule)?.metric;
    return metrics.data?.find((each) => each.name === metric)?.unit ?? '';
  };
  return (
    <Card title="Alerts" hint={known > alerts.length ? `${alerts.length} of ${known}` : String(known)} flush>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Alerts of this incident">
        <table>
          <thead>
            <tr>
              <th scope="col">About</th>
              <th scope="col">State</th>
              <th scope="col" className="num">
                Now
              </th>
              <th scope="col" className="num">
                Worst
              </th>
              <th scope="col" className="num">
                Bound
              </th>
              <th scope="col">Since</th>
            </tr>
          </thead>
          {byRule(alerts).map((group) => (
            <tbody key={group.rule}>
              <tr>
                <th scope="rowgroup" colSpan={6} className="alert-rule">
                  <Link to={href('alerts', { open: group.rule })}>{group.rule}</Link>{' '}
                  <span className="faint">
                    {group.firing ? `${group.firing} of ${group.alerts.length} fire` : 'over'}
                  </span>
                </th>
              </tr>
              {group.alerts.map((alert) => (
                <tr key={JSON.stringify(alert.labels)}>
                  <td>{Object.values(alert.labels).join(', ') || 'everything'}</td>
                  <td className="nowrap">
                    <Mark tone={alert.state === 'firing' ? 'bad' : 'ok'} size={9} /> {alert.state}
                  </td>
                  <td className="num nowrap">{text(alert.value, unit(alert.rule))}</td>
                  <td className="num nowrap">{text(alert.worst, unit(alert.rule))}</td>
                  <td className="num nowrap">{text(alert.threshold, unit(alert.rule))}</td>
                  <td className="nowrap">
                    <time dateTime={alert.since} title={atFull(Date.parse(alert.since))}>
                      {ago(Date.parse(alert.since), now)}
                    </time>
                  </td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </Card>
  );
}
