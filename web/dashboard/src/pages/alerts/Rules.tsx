/** Every rule with how it stands: what it measures now, and how near that is to its bound. */
import { Fragment } from 'react';
import { ops } from '../../api/ops.ts';
import type { Rule } from '../../api/opstypes.ts';
import { href, useParam } from '../../app/router.ts';
import { text } from '../../format/numbers.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Badge, Button, Empty, Link, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Severity } from '../../ui/Severity.tsx';
import { RuleDetail } from './RuleDetail.tsx';
import { condition, inOrder, nearness, ruleTone, worst } from './wording.ts';

export function Rules() {
  const rules = usePolled('rules', ops.rules, 5);
  const metrics = usePolled('metrics', ops.metrics, 600);
  const [open, setOpen] = useParam<string>('open', '');
  if (rules.problem && !rules.data) return <ProblemNote problem={rules.problem} again={rules.again} />;
  if (!rules.data) return <Skeleton height={420} />;
  if (!rules.data.length)
    return <Empty title="There are no rules">They stand in `alerts.rules` of the configuration.</Empty>;
  const unit = (rule: Rule) => metrics.data?.find((each) => each.name === rule.metric)?.unit ?? '';
  return (
    <div className="card">
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Rules">
        <table className="rules">
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col" className="wide-only">
                Severity
              </th>
              <th scope="col">Rule</th>
              <th scope="col" className="num">
                Now
              </th>
              <th scope="col" className="rule-near wide-only">
                To its bound
              </th>
              <th scope="col" className="num wide-only">
                Bound
              </th>
              <th scope="col">
                <span className="hidden">More</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {inOrder(rules.data).map((rule) => (
              <Fragment key={rule.name}>
                <Row
                  rule={rule}
                  unit={unit(rule)}
                  open={open === rule.name}
                  onToggle={() => setOpen(open === rule.name ? '' : rule.name)}
                />
                {open === rule.name && (
                  <tr>
                    <td colSpan={7} className="rule-open">
                      <RuleDetail rule={rule} unit={unit(rule)} />
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Row({
  rule,
  unit,
  open,
  onToggle,
}: {
  rule: Rule;
  unit: string;
  open: boolean;
  onToggle: () => void;
}) {
  const nearest = worst(rule);
  const near = nearness(nearest?.value, rule, unit);
  const tone = rule.state !== 'firing' && near > 0.8 ? 'warn' : ruleTone(rule.state);
  return (
    <tr data-rule={rule.name}>
      <td>
        <Badge tone={ruleTone(rule.state)} mark>
          {rule.state}
        </Badge>
      </td>
      <td className="wide-only">
        <Severity level={rule.severity} />
      </td>
      <th scope="row" className="rule-name">
        <b>{rule.name}</b>
        <p className="cell-note">{rule.trouble || condition(rule, unit)}</p>
      </th>
      <td className="num nowrap">
        {text(nearest?.value, unit)}
        {nearest && Object.keys(nearest.labels).length > 0 && (
          <p className="cell-note">{Object.values(nearest.labels).join(', ')}</p>
        )}
      </td>
      <td className="wide-only">
        <span
          className={`share-bar tone-${tone}`}
          role="img"
          aria-label={`${Math.round(near * 100)}% of the way to its bound`}
        >
          <i style={{ scale: `${near.toFixed(3)} 1` }} />
        </span>
      </td>
      <td className="num nowrap wide-only">
        {rule.bad} {text(rule.bound, unit)}
      </td>
      <td>
        <div className="row row-tight">
          {rule.runbook && !/^https?:/.test(rule.runbook) && (
            <Link
              className="wide-only"
              to={href(`runbooks/${rule.runbook}`)}
              aria-label={`Runbook of ${rule.name}`}
            >
              runbook
            </Link>
          )}
          <Button
            kind="quiet"
            icon
            onClick={onToggle}
            aria-expanded={open}
            aria-label={`Groups of ${rule.name}`}
            className="entry-toggle"
          >
            <Icon name="chevron" size={12} />
          </Button>
        </div>
      </td>
    </tr>
  );
}
