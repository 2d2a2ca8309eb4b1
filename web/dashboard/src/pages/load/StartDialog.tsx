/** Starts a run: which scenario, how much of it, against what, and why. What the address says is filled in: /load?start=swipe&scale=0.3. */
import { useState } from 'react';
import { load } from '../../api/load.ts';
import { Problem } from '../../api/client.ts';
import type { Scenario, Target } from '../../api/loadtypes.ts';
import { go, href, usePlace } from '../../app/router.ts';
import { text } from '../../format/numbers.ts';
import { useMayAct } from '../../app/session.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Dialog, ReasonDialog } from '../../ui/Dialog.tsx';
import { Button, capital, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import { duration } from '../incidents/timeline.ts';
import { asked, command, objection, wouldSend, type Typed } from './starting.ts';

const TITLE = 'Start a load test';
/** What the address may say of a run that is to be started. */
export const FILLED_IN = ['start', 'target', 'scale', 'duration', 'rate', 'seed'];

export function StartDialog({ onClose }: { onClose: () => void }) {
  const may = useMayAct();
  const found = usePolled('scenarios', load.scenarios, 600);
  const { data, problem } = found;
  if (may && data) return <Filled scenarios={data.scenarios} targets={data.targets} onClose={onClose} />;
  return (
    <Dialog title={TITLE} onClose={onClose}>
      {!may && <p>Your token may look and not act: starting a load test needs one of the role admin.</p>}
      {may && (problem ? <ProblemNote problem={problem} again={found.again} /> : <Skeleton height={180} />)}
      <div className="dialog-actions">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}

function Filled({
  scenarios,
  targets,
  onClose,
}: {
  scenarios: readonly Scenario[];
  targets: readonly Target[];
  onClose: () => void;
}) {
  const { search } = usePlace();
  const [typed, setTyped] = useState<Typed>(() => initially(search, scenarios, targets));
  const set = (part: Partial<Typed>) => setTyped((before) => ({ ...before, ...part }));
  const scenario = scenarios.find((each) => each.name === typed.scenario);
  const target = targets.find((each) => each.name === typed.target);
  return (
    <ReasonDialog
      title={TITLE}
      verb="Start"
      danger={target?.production ?? false}
      act={async (reason) => {
        const wrong = objection(typed, target);
        if (wrong) throw new Problem(0, wrong);
        const { id } = await load.start(asked(typed, target, reason));
        go(href(`load/${id}`));
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>Scenario</span>
        <select value={typed.scenario} onChange={(event) => set({ scenario: event.target.value })}>
          {scenarios.map((each) => (
            <option key={each.name} value={each.name}>
              {each.title || each.name} ({each.kind})
            </option>
          ))}
        </select>
      </label>
      {scenario && <About scenario={scenario} />}
      <div className="load-fields">
        <NumberField name="Scale" value={typed.scale} hint="1" onChange={(scale) => set({ scale })} />
        <NumberField
          name="Duration, s"
          value={typed.duration}
          hint={String(scenario?.duration ?? '')}
          onChange={(value) => set({ duration: value })}
        />
        <NumberField
          name="Rate, /s"
          value={typed.rate}
          hint={hinted(typed, scenario)}
          onChange={(rate) => set({ rate })}
        />
        <NumberField name="Seed" value={typed.seed} hint="any" onChange={(seed) => set({ seed })} />
      </div>
      <label className="field">
        <span>Target</span>
        <select
          value={typed.target}
          onChange={(event) => set({ target: event.target.value, confirm: '' })}
          aria-describedby="load-target-note"
        >
          {targets.map((each) => (
            <option key={each.name} value={each.name}>
              {each.name}
              {each.production ? ', production' : ''}
            </option>
          ))}
        </select>
        {targets.length === 0 && (
          <span id="load-target-note" className="cell-note">
            None is configured: add one to `load_tests.targets` in the configuration.
          </span>
        )}
      </label>
      {target?.production && (
        <label className="field">
          <span>This is a production system: type {target.name}</span>
          <input
            value={typed.confirm}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => set({ confirm: event.target.value })}
          />
        </label>
      )}
      <p aria-live="polite">{sends(typed, scenario, target)}</p>
      <p className="cell-note">
        On the command line: <code>{command(typed, target)}</code>
      </p>
    </ReasonDialog>
  );
}

function initially(
  search: URLSearchParams,
  scenarios: readonly Scenario[],
  targets: readonly Target[],
): Typed {
  const of = (name: string) => search.get(name) ?? '';
  return {
    scenario: (scenarios.find((each) => each.name === of('start')) ?? scenarios[0])?.name ?? '',
    target: (targets.find((each) => each.name === of('target')) ?? targets[0])?.name ?? '',
    scale: of('scale'),
    duration: of('duration'),
    rate: of('rate'),
    seed: of('seed'),
    confirm: '',
  };
}

function hinted(typed: Typed, scenario: Scenario | undefined): string {
  const { rate } = wouldSend({ ...typed, rate: '' }, scenario);
  return rate === null ? '' : String(Number(rate.toPrecision(4)));
}

/** "Sends up to 500 requests per second to local for 5 min 00 s." */
function sends(typed: Typed, scenario: Scenario | undefined, target: Target | undefined): string {
  const wrong = objection(typed, target);
  if (wrong) return `${capital(wrong)}.`;
  const { rate, seconds } = wouldSend(typed, scenario);
  const much =
    rate === null
      ? 'as much as its users ask for'
      : `up to ${text(rate, 'rps').replace('/s', '')} requests per second`;
  return `Sends ${much} to ${target?.name ?? ''}${seconds === null ? '' : ` for ${duration(seconds)}`}.`;
}

function About({ scenario }: { scenario: Scenario }) {
  return (
    <div className="load-about">
      <p className="muted">{capital(scenario.description)}</p>
      {scenario.thresholds.length > 0 && (
        <p className="cell-note">Passes with {scenario.thresholds.join(', ')}</p>
      )}
      {scenario.chaos.length > 0 && <p className="cell-note">Breaks things: {scenario.chaos.join(', ')}</p>}
    </div>
  );
}

function NumberField({
  name,
  value,
  hint,
  onChange,
}: {
  name: string;
  value: string;
  hint: string;
  onChange: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{name}</span>
      <input
        inputMode="decimal"
        value={value}
        placeholder={hint}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
