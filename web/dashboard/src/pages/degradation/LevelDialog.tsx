/** Puts a region, or all, on a level; says before what that turns off. */
import { useState } from 'react';
import { ops } from '../../api/ops.ts';
import type { Degradation } from '../../api/opstypes.ts';
import { ReasonDialog } from '../../ui/Dialog.tsx';
import { changed } from './levels.ts';
import type { Ask } from './index.tsx';

const RULES = 'rules';

export function LevelDialog({
  now,
  ask,
  onDone,
  onClose,
}: {
  now: Degradation;
  ask: Ask;
  onDone: () => void;
  onClose: () => void;
}) {
  const [region, setRegion] = useState(ask.region);
  const [level, setLevel] = useState(ask.level === null ? RULES : String(ask.level));
  const chosen = now.levels.find((each) => String(each.level) === level);
  const before =
    now.regions.find((each) => each.region === region)?.turned_off ?? now.levels[now.level]?.turns_off ?? [];
  const { off, on } = changed(before, chosen?.turns_off ?? []);
  return (
    <ReasonDialog
      title="Set the level of degradation"
      verb={level === RULES ? 'Leave it to the rules' : `Set level ${level}`}
      danger={Number(level) >= 2}
      act={async (reason) => {
        await ops.degrade(level === RULES ? null : Number(level), region, reason);
        onDone();
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>Where</span>
        <select value={region} onChange={(event) => setRegion(event.target.value)}>
          <option value="">everywhere</option>
          {now.regions.map((each) => (
            <option key={each.region}>{each.region}</option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Level</span>
        <select value={level} onChange={(event) => setLevel(event.target.value)}>
          {now.levels.map((each) => (
            <option key={each.level} value={each.level}>
              {each.level} {each.name}
            </option>
          ))}
          <option value={RULES}>whatever the rules say</option>
        </select>
      </label>
      <p aria-live="polite">
        {level === RULES
          ? 'Rules raise and lower it from here on.'
          : [
              off.length ? `Turns off: ${off.join(', ')}.` : '',
              on.length ? `Turns on again: ${on.join(', ')}.` : '',
              !off.length && !on.length ? 'Nothing changes by that.' : '',
              'Rules may raise it meanwhile, never lower it.',
            ]
              .filter(Boolean)
              .join(' ')}
      </p>
    </ReasonDialog>
  );
}
