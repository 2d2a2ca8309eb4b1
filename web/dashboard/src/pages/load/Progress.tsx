/** How far a run is, phase by phase. */
import type { Summary } from '../../api/loadtypes.ts';
import { text } from '../../format/numbers.ts';
import { elapsed } from '../../format/time.ts';
import { elapsedOf, stretches, type Stretch } from './states.ts';

export function Progress({ run }: { run: Summary }) {
  const at = elapsedOf(run);
  const phases = stretches(run, at);
  const now = phases.find((phase) => phase.now);
  const name = now?.name || run.phase;
  const said = `${name ? `${name}, ` : ''}${elapsed(at)} of ${elapsed(run.duration)}`;
  return (
    <div className="load-progress">
      <div
        className="load-bar"
        role="progressbar"
        aria-label="Progress"
        aria-valuemin={0}
        aria-valuemax={Math.round(run.duration)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={said}
      >
        {phases.map((phase) => (
          <span
            key={`${phase.name} ${phase.from}`}
            className={`load-stretch ${phase.warm_up ? 'load-warm-up' : ''}`}
            style={{ flexGrow: phase.share }}
          >
            <i style={{ scale: `${phase.done.toFixed(4)} 1` }} />
          </span>
        ))}
      </div>
      <p className="load-at num">
        {run.phase && !now?.name && `${run.phase}, `}
        <b>{elapsed(at)}</b> of {elapsed(run.duration)}
      </p>
      <ol className="load-phases">
        {phases
          .filter((phase) => phase.name)
          .map((phase) => (
            <li
              key={`${phase.name} ${phase.from}`}
              className={phase.now ? 'load-now' : ''}
              aria-current={phase.now ? 'step' : undefined}
            >
              <b>{phase.name}</b> {described(phase)}
            </li>
          ))}
      </ol>
    </div>
  );
}

function described(phase: Stretch): string {
  const rate = phase.rate === null ? '' : ` at ${text(phase.rate, 'rps')}`;
  return `${elapsed(phase.from)}–${elapsed(phase.to)}${rate}${phase.warm_up ? ', not judged' : ''}`;
}
