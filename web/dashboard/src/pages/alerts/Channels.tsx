/** Where notices go, whether they get there, and what was told. */
import { useState } from 'react';
import { Problem } from '../../api/client.ts';
import { ops } from '../../api/ops.ts';
import type { Channel, Tested } from '../../api/opstypes.ts';
import type { Tone } from '../../format/names.ts';
import { ago } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { ActButton } from '../../ui/Act.tsx';
import { Badge, capital, Empty, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import { Deliveries } from './Deliveries.tsx';

const TONES: Record<string, Tone> = { working: 'ok', failing: 'warn', dead: 'bad', unused: 'idle' };

export function Channels() {
  const found = usePolled('channels', ops.channels, 5);
  return (
    <div className="stack">
      {found.problem && !found.data && <ProblemNote problem={found.problem} again={found.again} />}
      {!found.data && !found.problem && <Skeleton height={140} />}
      {found.data?.length === 0 && (
        <section className="card">
          <Empty title="No channel is configured">
            Incidents are shown here only. Add Slack, PagerDuty, e-mail, SMS or a webhook to `alerts.channels`
            of the configuration.
          </Empty>
        </section>
      )}
      <ul className="channels">
        {found.data?.map((each) => (
          <One key={each.name} channel={each} again={found.again} />
        ))}
      </ul>
      <Deliveries channels={(found.data ?? []).map((each) => each.name)} />
    </div>
  );
}

function One({ channel, again }: { channel: Channel; again: () => void }) {
  const now = useNow();
  const [result, setResult] = useState<Tested | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const test = async () => {
    setBusy(true);
    setProblem(null);
    setResult(null);
    try {
      setResult(await ops.test(channel.name));
      again();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, String(error)));
    }
    setBusy(false);
  };
  return (
    <li className="card channel" data-channel={channel.name}>
      <div className="row">
        <h2>{channel.name}</h2>
        <span className="muted">{channel.kind}</span>
        <Badge tone={TONES[channel.state] ?? 'idle'} mark>
          {channel.state}
        </Badge>
        <span className="toolbar-right">
          <ActButton onClick={() => void test()} disabled={busy}>
            {busy ? 'Sending' : 'Send a test'}
          </ActButton>
        </span>
      </div>
      <p className="cell-note">{channel.target}</p>
      <p>
        {channel.sent_at
          ? `Something got through ${ago(Date.parse(channel.sent_at), now)}.`
          : 'Nothing was sent yet.'}
        {channel.failures > 0 && ` ${channel.failures} failures in a row.`}
        {channel.waiting > 0 && ` ${channel.waiting} waiting.`}
      </p>
      {channel.answer && <p className="cell-note">The receiver said: {channel.answer}</p>}
      <div role="status">
        {result && (
          <p className={`tone-${result.sent ? 'ok' : 'bad'} channel-result`}>
            <Badge tone={result.sent ? 'ok' : 'bad'} mark>
              {result.sent ? 'the test got through' : 'the test failed'}
            </Badge>{' '}
            after {result.seconds.toFixed(1)} s. {capital(result.answer)}
          </p>
        )}
      </div>
      {problem && <ProblemNote problem={problem} />}
    </li>
  );
}
