/** A rule opened: its metric over time with the bound, every group, and silencing it. */
import { useState } from 'react';
import { MetricChart } from '../../charts/MetricChart.tsx';
import type { Rule } from '../../api/opstypes.ts';
import { RANGE_NAMES, useRange } from '../../charts/Panel.tsx';
import { text } from '../../format/numbers.ts';
import { ago } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { ActButton } from '../../ui/Act.tsx';
import { Mark, Segmented } from '../../ui/basics.tsx';
import { Runbook } from '../../ui/Runbook.tsx';
import { SilenceDialog } from './SilenceDialog.tsx';
import { lasting, ruleTone } from './wording.ts';

const SHOWN = 40;

export function RuleDetail({ rule, unit }: { rule: Rule; unit: string }) {
  const [range, setRange] = useRange();
  const [asked, setAsked] = useState(false);
  const now = useNow();
  return (
    <div className="rule-detail">
      <div className="row">
        <span className="muted">
          Resolves {lasting(rule.resolve_after)} after it is
          {rule.clears === null
            ? ' well'
            : ` ${rule.bad === 'above' ? 'below' : 'above'} ${text(rule.clears, unit)}`}
          .
          {rule.channels.length > 0
            ? ` Tells ${rule.channels.join(', ')}.`
            : ' No channel is configured for it.'}
        </span>
        <span className="toolbar-right">
          <Segmented label="Time range" value={range} options={RANGE_NAMES} onChange={setRange} />
          <Runbook name={rule.runbook} />
          <ActButton onClick={() => setAsked(true)}>Silence</ActButton>
        </span>
      </div>
      <MetricChart
        title={rule.metric.replaceAll('_', ' ')}
        hint={rule.by.length ? `by ${rule.by.join(', ')}` : ''}
        asked={{
          metric: rule.metric,
          where: Object.entries(rule.where).flatMap(([name, values]) =>
            values.map((value) => `${name}:${value}`),
          ),
          by: rule.by,
          range,
        }}
        bound={rule.bound}
      />
      <ul className="groups" aria-label="Groups">
        {rule.groups.slice(0, SHOWN).map((group) => (
          <li key={JSON.stringify(group.labels)}>
            <Mark tone={ruleTone(group.state)} size={9} label={group.state} />
            <span>{Object.values(group.labels).join(', ') || 'everything'}</span>
            <span className="num faint">
              {text(group.value, unit)}
              {group.since && `, since ${ago(Date.parse(group.since), now)}`}
            </span>
          </li>
        ))}
      </ul>
      {rule.groups.length > SHOWN && <p className="faint">and {rule.groups.length - SHOWN} more</p>}
      {asked && (
        <SilenceDialog
          matchers={{ rule: [rule.name] }}
          onDone={() => undefined}
          onClose={() => setAsked(false)}
        />
      )}
    </div>
  );
}
