/** What the traffic costs, by region and user, at the configured prices: /costs?range=24h. */
import { ops } from '../../api/ops.ts';
import type { Costs } from '../../api/opstypes.ts';
import { href, useParam } from '../../app/router.ts';
import { seriesColour } from '../../charts/colours.ts';
import { count } from '../../format/numbers.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Card, Empty, Link, ProblemNote, Segmented, Skeleton } from '../../ui/basics.tsx';
import '../pages.css';
import '../shared.css';
import './costs.css';
import { amount, ordered, piecesOf } from './parts.ts';

const RANGES = ['1h', '24h', '7d', '30d'] as const;

export default function Page() {
  const [range, setRange] = useParam<(typeof RANGES)[number]>('range', '24h', RANGES);
  const found = usePolled(range, (signal) => ops.costs(range, signal), 60);
  return (
    <div className="stack">
      <div className="toolbar">
        <h1>Costs</h1>
        <div className="toolbar-right">
          <Segmented label="Time range" value={range} options={RANGES} onChange={setRange} />
        </div>
      </div>
      {found.problem && !found.data && <ProblemNote problem={found.problem} again={found.again} />}
      {!found.data && !found.problem && <Skeleton height={340} />}
      {found.data && <Whole costs={found.data} />}
    </div>
  );
}

function Whole({ costs }: { costs: Costs }) {
  const { currency } = costs;
  const order = ordered(costs.parts);
  if (!order.length)
    return (
      <Empty title="Nothing costs anything">
        Give prices in the `costs` section of the configuration: per million requests, per GB, per instance.
      </Empty>
    );
  return (
    <>
      <div className="tiles">
        <Tile name={`Total in ${costs.range}`} value={amount(costs.total, currency)} />
        <Tile
          name="At this rate in a month"
          value={amount(costs.per_month, currency)}
          note={costs.per_month === null ? 'measured for less than an hour' : ''}
        />
        <Tile name="Per user" value={amount(costs.per_user, currency)} note={`${count(costs.users)} users`} />
      </div>
      <p className="muted">{costs.sentence}</p>
      <Bars costs={costs} order={order} />
      <Table costs={costs} order={order} />
    </>
  );
}

function Tile({ name, value, note = '' }: { name: string; value: string; note?: string }) {
  return (
    <div className="tile">
      <span className="tile-name">{name}</span>
      <span className="tile-value num">{value}</span>
      <span className="tile-note">{note}</span>
    </div>
  );
}

function Bars({ costs, order }: { costs: Costs; order: readonly string[] }) {
  const longest = Math.max(...costs.regions.map((each) => each.total));
  return (
    <Card title="By region and part">
      <ul className="cost-bars">
        {costs.regions.map((each) => (
          <li key={each.region}>
            <span className="cost-region">{each.region}</span>
            <span className="cost-bar" aria-hidden="true">
              {piecesOf(each.parts, order, longest).map((piece) => (
                <i
                  key={piece.name}
                  style={{
                    flexBasis: `${(piece.share * 100).toFixed(2)}%`,
                    background: colourOf(order, piece.name),
                  }}
                  title={`${piece.name}: ${amount(piece.amount, costs.currency)}`}
                />
              ))}
            </span>
            <span className="num nowrap cost-total">{amount(each.total, costs.currency)}</span>
          </li>
        ))}
      </ul>
      <ul className="cost-legend" aria-label="Parts">
        {order.map((name) => (
          <li key={name}>
            <i style={{ background: colourOf(order, name) }} /> {name}{' '}
            <b className="num">{amount(costs.parts[name], costs.currency)}</b>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function colourOf(order: readonly string[], name: string): string {
  return seriesColour(order.indexOf(name));
}

function Table({ costs, order }: { costs: Costs; order: readonly string[] }) {
  return (
    <Card title="In numbers" hint={costs.currency} flush>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Costs in numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">Region</th>
              {order.map((name) => (
                <th key={name} scope="col" className="num">
                  {name}
                </th>
              ))}
              <th scope="col" className="num">
                Total
              </th>
              <th scope="col" className="num">
                Users
              </th>
              <th scope="col" className="num">
                Per user
              </th>
            </tr>
          </thead>
          <tbody>
            {costs.regions.map((each) => (
              <tr key={each.region}>
                <th scope="row">
                  <Link to={href(`regions/${each.region}`)}>{each.region}</Link>
                </th>
                {order.map((name) => (
                  <td key={name} className="num nowrap">
                    {amount(each.parts[name] ?? 0, '')}
                  </td>
                ))}
                <td className="num nowrap">{amount(each.total, '')}</td>
                <td className="num">{count(each.users)}</td>
                <td className="num nowrap">{amount(each.per_user, '')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
