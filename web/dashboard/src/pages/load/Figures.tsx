/** The numbers of a run that are asked for first. */
import type { Summary } from '../../api/loadtypes.ts';
import { count, text } from '../../format/numbers.ts';
import type { Tone } from '../../format/names.ts';
import { Amount } from '../../ui/basics.tsx';
import { isOver, warmingUp } from './states.ts';

export function Figures({ run }: { run: Summary }) {
  const { asked, achieved, latency } = run;
  const warm = warmingUp(run);
  const note = (said: string) => (warm ? 'warming up' : said);
  return (
    <section className="tiles load-figures" aria-label="Key figures">
      <Tile
        name="Rate"
        value={achieved.rate}
        unit="rps"
        note={asked.rate === null ? '' : `of ${text(asked.rate, 'rps')} asked`}
        {...(isShort(asked.rate, achieved.rate) ? { tone: 'warn' as Tone } : {})}
      />
      <Tile
        name="Requests"
        value={achieved.requests}
        unit="count"
        note={
          run.outcomes.limited
            ? `${count(run.outcomes.limited)} refused by limits`
            : asked.requests === null
              ? ''
              : `of ${count(asked.requests)}`
        }
      />
      <Tile
        name="Waiting"
        value={run.waiting}
        unit="count"
        note={isOver(run) ? 'never answered' : 'for an answer'}
      />
      <Tile
        name="Errors"
        value={run.errors}
        unit="share"
        note={note(outcomes(run.outcomes))}
        {...((run.errors ?? 0) > 0.01 ? { tone: 'bad' as Tone } : {})}
      />
      <Tile
        name="p50"
        value={latency.p50}
        unit="ms"
        note={note(
          latency.mean === undefined || latency.mean === null ? '' : `mean ${text(latency.mean, 'ms')}`,
        )}
      />
      <Tile name="p95" value={latency.p95} unit="ms" note={note(`p90 ${text(latency.p90, 'ms')}`)} />
      <Tile name="p99" value={latency.p99} unit="ms" note={note(`p99.9 ${text(latency.p999, 'ms')}`)} />
      <Tile name="Longest" value={latency.max} unit="ms" note={note('after the warm-up')} />
    </section>
  );
}

/** More than one in a hundred is lacking. */
function isShort(asked: number | null, achieved: number | null): boolean {
  return asked !== null && achieved !== null && achieved < asked * 0.99;
}

/** Outcomes that are no errors: a limit that refuses does what it promised. */
const ANSWERED = ['ok', 'limited'];

/** What came instead of what was hoped for, the most first. */
function outcomes(all: Record<string, number>): string {
  const found = Object.entries(all).filter(([name, n]) => !ANSWERED.includes(name) && n > 0);
  if (!found.length) return '';
  return found
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, n]) => `${count(n)} ${name}`)
    .join(', ');
}

function Tile({
  name,
  value,
  unit,
  note,
  tone,
}: {
  name: string;
  value: number | null | undefined;
  unit: string;
  note: string;
  tone?: Tone;
}) {
  return (
    <div className={`tile ${tone ? `tone-${tone}` : ''}`} data-figure={name}>
      <span className="tile-name">{name}</span>
      <span className="tile-value">
        <Amount value={value} unit={unit} />
      </span>
      <span className="tile-note num">{note}</span>
    </div>
  );
}
