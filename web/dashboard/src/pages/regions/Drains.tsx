/** Taking traffic away from the region's locations, and giving it back; what is under way, with how far it is. */
import { useState } from 'react';
import { ops } from '../../api/ops.ts';
import { useLive } from '../../live/context.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { text } from '../../format/numbers.ts';
import { lasting } from '../../format/time.ts';
import { ActButton } from '../../ui/Act.tsx';
import { ReasonDialog } from '../../ui/Dialog.tsx';
import { Card, Empty, ProblemNote } from '../../ui/basics.tsx';
import { drainedBy } from './flows.ts';

export function Drains({ region }: { region: string }) {
  const found = usePolled('drains', ops.drains, 3);
  const locations = useLive((state) => state.dashboard?.map.locations);
  const own = (locations ?? []).filter((each) => each.region === region).map((each) => each.name);
  const here = (found.data ?? []).filter((each) => own.includes(each.location));
  const [asked, setAsked] = useState<{ location: string; back: boolean } | null>(null);
  const now = useNow();
  return (
    <Card title="Drains">
      {found.problem && !found.data && <ProblemNote problem={found.problem} again={found.again} />}
      {here.length === 0 && own.length === 0 && <Empty title="The region has no location" />}
      <ul className="drains">
        {own.map((location) => {
          const drain = here.find((each) => each.location === location);
          if (!drain)
            return (
              <li key={location}>
                <b>{location}</b>
                <span className="muted">takes its traffic</span>
                <ActButton
                  onClick={() => setAsked({ location, back: false })}
                  aria-label={`Drain ${location}`}
                >
                  Drain
                </ActButton>
              </li>
            );
          const { left } = drainedBy(drain, now);
          return (
            <li key={location} className="tone-warn">
              <b>{location}</b>
              <span className="drain-way">
                <span className="num">
                  {text(drain.share, 'share')} taken away
                  {left > 0 && `, ${text(drain.to, 'share')} in ${lasting(left)}`}
                </span>
                <span className="share-bar" aria-hidden="true">
                  <i style={{ scale: `${drain.share.toFixed(3)} 1` }} />
                </span>
                <span className="cell-note">
                  {drain.author}: “{drain.reason}”
                </span>
              </span>
              <ActButton
                onClick={() => setAsked({ location, back: true })}
                aria-label={`Give back to ${location}`}
              >
                Give back
              </ActButton>
            </li>
          );
        })}
      </ul>
      {asked && (
        <ReasonDialog
          title={
            asked.back
              ? `Give ${asked.location} its traffic back?`
              : `Take the traffic away from ${asked.location}?`
          }
          verb={asked.back ? 'Give back' : 'Drain'}
          danger={!asked.back}
          act={async (reason) => {
            await (asked.back
              ? ops.undrain(asked.location, reason)
              : ops.drain(asked.location, '60s', reason));
            found.again();
          }}
          onClose={() => setAsked(null)}
        >
          <p className="muted">
            {asked.back
              ? 'It returns gradually, as fast as the location takes it.'
              : 'Over one minute. Control refuses where the others cannot carry it, or where residency leaves it no other place.'}
          </p>
        </ReasonDialog>
      )}
    </Card>
  );
}
