/** The delivery log: what was told to whom, the newest first. */
import { useState } from 'react';
import { ops } from '../../api/ops.ts';
import type { Delivery } from '../../api/opstypes.ts';
import { href, useParam } from '../../app/router.ts';
import type { Tone } from '../../format/names.ts';
import { ago, atFull } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Badge, Button, Card, Empty, Link, ProblemNote, Skeleton } from '../../ui/basics.tsx';

const STATUS: readonly (readonly [string, string])[] = [
  ['', 'any result'],
  ['sent', 'sent'],
  ['waiting', 'waiting'],
  ['superseded', 'superseded'],
  ['given_up', 'given up'],
];
const TONES: Record<string, Tone> = { sent: 'ok', waiting: 'warn', given_up: 'bad', superseded: 'idle' };

export function Deliveries({ channels }: { channels: readonly string[] }) {
  const [channel, setChannel] = useParam<string>('channel', '');
  const [status, setStatus] = useParam<string>('result', '');
  const filter = { channel, status, limit: 50 };
  const key = JSON.stringify(filter);
  const first = usePolled(key, (signal) => ops.deliveries(filter, signal), 10);
  const [older, setOlder] = useState<{ key: string; deliveries: Delivery[]; next: number | null } | null>(
    null,
  );
  const read = older?.key === key ? older : null;
  const next = read ? read.next : (first.data?.next ?? null);
  const more = async () => {
    const page = await ops.deliveries({ ...filter, before: next ?? undefined });
    setOlder({ key, deliveries: [...(read?.deliveries ?? []), ...page.deliveries], next: page.next });
  };
  const known = new Set((first.data?.deliveries ?? []).map((each) => each.id));
  const shown = [
    ...(first.data?.deliveries ?? []),
    ...(read?.deliveries ?? []).filter((each) => !known.has(each.id)),
  ];
  return (
    <Card
      title="Delivery log"
      flush
      tools={
        <div className="filters">
          <Choice
            label="Channel"
            value={channel}
            onChange={setChannel}
            options={[['', 'any channel'], ...channels.map((name) => [name, name] as const)]}
          />
          <Choice label="Result" value={status} onChange={setStatus} options={STATUS} />
        </div>
      }
    >
      {first.problem && !first.data && <ProblemNote problem={first.problem} again={first.again} />}
      {!first.data && !first.problem && <Skeleton height={120} />}
      {first.data && shown.length === 0 && (
        <Empty title="Nothing was told">Notices appear here when an incident opens, grows or ends.</Empty>
      )}
      {shown.length > 0 && <Log deliveries={shown} />}
      {next !== null && (
        <div className="more">
          <Button onClick={() => void more()}>Older deliveries</Button>
        </div>
      )}
    </Card>
  );
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  return (
    <label className="filter">
      <span className="hidden">{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([name, said]) => (
          <option key={name} value={name}>
            {said}
          </option>
        ))}
      </select>
    </label>
  );
}

function Log({ deliveries }: { deliveries: readonly Delivery[] }) {
  const now = useNow();
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Delivery log">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Channel</th>
            <th scope="col">News</th>
            <th scope="col">Result</th>
            <th scope="col">The receiver said</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((each) => (
            <tr key={each.id}>
              <th scope="row" className="nowrap num" title={atFull(Date.parse(each.created_at))}>
                {ago(Date.parse(each.created_at), now)}
              </th>
              <td>{each.channel}</td>
              <td className="nowrap">
                <Link to={href(`incidents/${each.incident}`)}>{each.event}</Link>
              </td>
              <td className="nowrap">
                <Badge tone={TONES[each.status] ?? 'idle'}>{each.status.replace('_', ' ')}</Badge>{' '}
                {each.attempts > 1 && <span className="faint">{each.attempts} attempts</span>}
              </td>
              <td className="delivery-answer">{each.answer}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
