/** Says aloud, on every page, that an incident opened or ended: for people who listen to the page instead of looking at it. */
import { useEffect, useRef, useState } from 'react';
import { useLive } from '../../live/context.ts';
import { announcement } from './announcement.ts';

export function Announce() {
  const loaded = useLive((state) => state.dashboard !== null);
  const incidents = useLive((state) => state.incidents);
  const before = useRef<ReadonlyMap<string, string> | null>(null);
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (!loaded) return;
    if (before.current) {
      const news = announcement(before.current, incidents);
      if (news) setSaid(news);
    }
    before.current = new Map(incidents.map((each) => [each.id, each.state]));
  }, [loaded, incidents]);
  return (
    <div className="hidden" role="log" aria-live="assertive" aria-label="News of incidents">
      {said}
    </div>
  );
}
