/** The page that stays open on launch night. */
import { Panel, RANGE_NAMES, useRange } from '../charts/Panel.tsx';
import { KeyFigures } from '../overview/KeyFigures.tsx';
import { Regions } from '../overview/Regions.tsx';
import { Feed } from '../overview/Feed.tsx';
import { Services } from '../overview/Services.tsx';
import { Story } from '../overview/Story.tsx';
import { useLive } from '../live/context.ts';
import { href } from '../app/router.ts';
import { WorldMap } from '../map/WorldMap.tsx';
import { Link, ProblemNote, Segmented, Skeleton } from '../ui/basics.tsx';
import './pages.css';
import '../overview/overview.css';

export function Overview() {
  const problem = useLive((state) => (state.dashboard ? null : state.problem));
  return (
    <div className="overview">
      <h1 className="hidden">Overview</h1>
      {problem && <ProblemNote problem={problem} />}
      <Story />
      <KeyFigures />
      <div className="overview-map">
        <WorldMap />
        <Feed />
      </div>
      <Regions />
      <SevenPanels />
      <Services />
    </div>
  );
}

/** Those that are looked at all night; the others are on their own page. */
const SEVEN = ['latency', 'throughput', 'ai', 'cdn', 'feed', 'errors', 'fraud'];

function SevenPanels() {
  const panels = useLive((state) => state.dashboard?.panels);
  const regions = useLive((state) => state.dashboard?.live.regions);
  const [range, setRange] = useRange();
  const names = (regions ?? []).map((each) => each.region);
  return (
    <section aria-label="Panels">
      <div className="toolbar">
        <h2>Panels</h2>
        <Link className="button button-quiet" to={href('panels', { range: range === '15m' ? '' : range })}>
          All {panels?.length ?? ''} panels
        </Link>
        <div className="toolbar-right">
          <Segmented label="Time range" value={range} options={RANGE_NAMES} onChange={setRange} />
        </div>
      </div>
      <div className="panels">
        {panels ? (
          SEVEN.flatMap((name) => panels.filter((info) => info.name === name)).map((info) => (
            <Panel key={info.name} info={info} regions={names} />
          ))
        ) : (
          <Skeleton height={260} />
        )}
      </div>
    </section>
  );
}
