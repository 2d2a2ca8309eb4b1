/** How the app is, in one sentence that nobody can overlook when it matters; read out when it changes. */
import { ops } from '../api/ops.ts';
import { toneOf } from '../format/names.ts';
import { lasting } from '../format/time.ts';
import { useLive } from '../live/context.ts';
import { STALE, useAge } from '../live/useAge.ts';
import { usePolled } from '../live/usePolled.ts';
import { capital, Mark } from '../ui/basics.tsx';

export function Story() {
  const status = useLive((state) => state.dashboard?.live.system.status);
  const sentence = useLive((state) => state.dashboard?.live.system.sentence);
  const age = useAge();
  const unjudged = usePolled('unjudged', ops.unjudged, 10).data;
  if (age > STALE) return <Stale age={age} />;
  if (unjudged) return <Unjudged sentence={unjudged} />;
  const tone = toneOf(status ?? '');
  return (
    <div
      className={`story tone-${tone} ${tone === 'ok' ? 'story-calm' : ''}`}
      role="status"
      aria-live="polite"
    >
      {sentence !== undefined && (
        <>
          <Mark tone={tone} size={tone === 'ok' ? 11 : 16} />
          <p>{capital(sentence || status || '')}</p>
        </>
      )}
    </div>
  );
}

/** That nothing is wrong can be said only while somebody looks. */
export function Unjudged({ sentence }: { sentence: string }) {
  return (
    <div className="story tone-bad" role="alert">
      <Mark tone="bad" size={14} />
      <p>{capital(sentence)}</p>
    </div>
  );
}

/** Read out once, not with each second. */
function Stale({ age }: { age: number }) {
  return (
    <div className="story tone-bad" role="alert">
      <Mark tone="bad" size={14} />
      <p>
        Control does not answer: these numbers are <span aria-live="off">{lasting(age)}</span> old. Edges go
        on without it; this page tries again.
      </p>
    </div>
  );
}
