/** The regions, and one of them in depth: /regions, /regions/EU?range=1h. */
import { useLive } from '../../live/context.ts';
import { Regions } from '../../overview/Regions.tsx';
import { Skeleton } from '../../ui/basics.tsx';
import '../../overview/overview.css';
import '../pages.css';
import '../shared.css';
import { Edges } from './Edges.tsx';
import { Region } from './Region.tsx';
import './regions.css';

export default function Page({ rest }: { rest: string[] }) {
  return rest[0] ? <Region key={rest[0]} region={rest[0]} /> : <All />;
}

function All() {
  const regions = useLive((state) => state.dashboard?.live.regions);
  return (
    <div className="stack">
      <div className="toolbar">
        <h1>Regions</h1>
      </div>
      {!regions && <Skeleton height={260} />}
      <Regions />
      <Edges />
    </div>
  );
}
