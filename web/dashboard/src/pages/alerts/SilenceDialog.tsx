/** Silences alerts for a while. There is no silence without an end and a reason. */
import { useState } from 'react';
import { ops } from '../../api/ops.ts';
import { Problem } from '../../api/client.ts';
import { ReasonDialog } from '../../ui/Dialog.tsx';
import { matchersOf, textOf, type Matchers } from './matchers.ts';

const LASTS = ['15m', '1h', '4h', '1d', '7d'];

export function SilenceDialog({
  matchers,
  onDone,
  onClose,
}: {
  matchers: Matchers;
  onDone: () => void;
  onClose: () => void;
}) {
  const [about, setAbout] = useState(textOf(matchers));
  const [lasts, setLasts] = useState('1h');
  return (
    <ReasonDialog
      title="Silence alerts"
      verb={`Silence for ${lasts}`}
      act={async (reason) => {
        let found: Matchers;
        try {
          found = matchersOf(about);
        } catch (error) {
          throw new Problem(0, error instanceof Error ? error.message : String(error));
        }
        await ops.silence(found, lasts, reason);
        onDone();
      }}
      onClose={onClose}
    >
      <p className="muted">They still fire and are shown. Nobody is told of them until the silence ends.</p>
      <label className="field">
        <span>Which</span>
        <input
          value={about}
          required
          spellCheck={false}
          placeholder="rule=chat-latency region=EU"
          onChange={(event) => setAbout(event.target.value)}
        />
        <span className="cell-note">
          rule, group, severity, subject or any label. Several values with a comma; * stands for anything.
        </span>
      </label>
      <label className="field">
        <span>For</span>
        <select value={lasts} onChange={(event) => setLasts(event.target.value)}>
          {LASTS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
    </ReasonDialog>
  );
}
