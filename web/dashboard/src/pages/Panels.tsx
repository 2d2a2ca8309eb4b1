/** All panels, or one of them alone and tall: /panels, /panels/latency?range=24h&region=EU. */
import { api } from '../api/client.ts';
import { href, useParam } from '../app/router.ts';
import { Panel, RANGE_NAMES, useRange } from '../charts/Panel.tsx';
import { useLive } from '../live/context.ts';
import { usePolled } from '../live/usePolled.ts';
import { Empty, Link, ProblemNote, Segmented, Skeleton } from '../ui/basics.tsx';
import './pages.css';

export default function Panels({ rest }: { rest: string[] }) {
  const panels = usePolled('panels', api.panels, 300);
  const regions = useLive((state) => state.dashboard?.live.regions);
  const [range, setRange] = useRange();
  const [region, setRegion] = useParam<string>('region', '');
  const names = (regions ?? []).map((each) => each.region);
  const alone = rest[0];
  const shown = panels.data?.filter((info) => !alone || info.name === alone);
  const only = shown?.length === 1 ? shown[0] : undefined;
  const carried = { range: range === '15m' ? '' : range, region };
  return (
    <>
      <div className="toolbar">
        <h1>{alone && only ? only.title : 'Panels'}</h1>
        {alone && (
          <Link to={href('panels', carried)} className="button button-quiet">
            All panels
          </Link>
        )}
        <div className="toolbar-right">
          {names.length > 1 && (
            <Segmented
              label="Region"
              value={region}
              options={[['', 'All regions'], ...names.map((name) => [name, name] as const)]}
              onChange={setRegion}
            />
          )}
          <Segmented label="Time range" value={range} options={RANGE_NAMES} onChange={setRange} />
        </div>
      </div>
      {panels.problem && !panels.data && <ProblemNote problem={panels.problem} again={panels.again} />}
      {!panels.data && !panels.problem && <Skeleton height={280} />}
      {shown?.length === 0 && <Empty title={`There is no panel called ${alone ?? ''}`} />}
      {only && alone ? (
        <Panel info={only} region={region} regions={names} tall />
      ) : (
        <div className="panels">
          {shown?.map((info) => (
            <Panel key={info.name} info={info} region={region} regions={names} />
          ))}
        </div>
      )}
    </>
  );
}
