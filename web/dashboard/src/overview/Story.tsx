/** How the app is, in one sentence that nobody can overlook when it matters; read out when it changes. */
import { toneOf } from '../format/names.ts';
import { useLive } from '../live/context.ts';
import { capital, Mark } from '../ui/basics.tsx';

export function Story() {
  const status = useLive((state) => state.dashboard?.live.system.status);
  const sentence = useLive((state) => state.dashboard?.live.system.sentence);
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
