/** The live metrics: four that move each second with their last minutes, and the ones people are paged for. */
import type { ReactNode } from 'react';
import type { Live } from '../api/types.ts';
import { count, money, text } from '../format/numbers.ts';
import type { Tone } from '../format/names.ts';
import { useLive } from '../live/context.ts';
import { KEPT, type Figure } from '../live/store.ts';
import { Amount } from '../ui/basics.tsx';
import { Spark } from '../ui/Spark.tsx';

const MOVING: readonly { figure: Figure; name: string; unit: string }[] = [
  { figure: 'rps', name: 'Requests', unit: 'rps' },
  { figure: 'error_rate', name: 'Errors', unit: 'share' },
  { figure: 'p95', name: 'Latency p95', unit: 'ms' },
  { figure: 'active_users', name: 'Active users', unit: '' },
];

export function KeyFigures() {
  const live = useLive((state) => state.dashboard?.live);
  return (
    <section className="figures" aria-label="Key figures">
      {MOVING.map((each) => (
        <Moving key={each.figure} {...each} value={live?.[each.figure]} />
      ))}
      {live ? <Counted live={live} /> : null}
    </section>
  );
}

function Moving({
  figure,
  name,
  unit,
  value,
}: {
  figure: Figure;
  name: string;
  unit: string;
  value: number | null | undefined;
}) {
  const values = useLive((state) => state.recent[figure]);
  return (
    <div className="figure figure-moving" data-figure={figure}>
      <span className="figure-name">{name}</span>
      <span className="figure-value">
        <Amount value={value} unit={unit} />
      </span>
      <Spark values={values} kept={KEPT} />
    </div>
  );
}

function Counted({ live }: { live: Live }) {
  const { payouts, fraud_alerts: fraud, support, panic, tokens } = live;
  const response =
    support.mean_response_time === null ? '' : `, answered in ${text(support.mean_response_time, 's')}`;
  return (
    <>
      <Tile name="Paying users" value={count(live.paying_users)}>
        {live.active_users ? `${text((live.paying_users ?? 0) / live.active_users, 'share')} of active` : ''}
      </Tile>
      <Tile name="Tokens / min" value={`${(tokens.net ?? 0) > 0 ? '+' : ''}${count(tokens.net)}`}>
        {count(tokens.earned)} earned, {count(tokens.spent)} spent, {count(tokens.transactions)} moves
      </Tile>
      <Tile
        name="Payouts waiting"
        value={count(payouts.pending === null ? null : payouts.pending + (payouts.processing ?? 0))}
        tone={(payouts.failed ?? 0) > 10 ? 'bad' : undefined}
      >
        {count(payouts.failed)} failed, {money(payouts.amount, payouts.currency)} in total
      </Tile>
      <Tile
        name="Fraud alerts"
        value={count(fraud.active)}
        tone={(fraud.critical ?? 0) > 5 ? 'bad' : fraud.critical ? 'warn' : undefined}
      >
        {count(fraud.critical)} critical, {count(fraud.resolved_today)} resolved today
      </Tile>
      <Tile
        name="Support tickets"
        value={count(support.open)}
        tone={(support.urgent ?? 0) > 50 ? 'bad' : undefined}
      >
        {count(support.urgent)} urgent{response}
      </Tile>
      <Tile name="Panic passes" value={count(panic.active)}>
        {count(panic.last_24h)} in 24 h
      </Tile>
    </>
  );
}

function Tile({
  name,
  value,
  tone,
  children,
}: {
  name: string;
  value: string;
  tone?: Tone | undefined;
  children: ReactNode;
}) {
  return (
    <div className={`figure ${tone ? `figure-toned tone-${tone}` : ''}`} data-figure={name}>
      <span className="figure-name">{name}</span>
      <span className="figure-value num">{value}</span>
      <span className="figure-note num">{children}</span>
    </div>
  );
}
