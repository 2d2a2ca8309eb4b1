/** One region: how it is and why, what runs there, who is served from where, and its panels. */
import { useEffect } from 'react';
import { Panel, RANGE_NAMES, useRange } from '../../charts/Panel.tsx';
import { MetricChart } from '../../charts/MetricChart.tsx';
import { ops } from '../../api/ops.ts';
import { href } from '../../app/router.ts';
import { toneOf } from '../../format/names.ts';
import { useLive } from '../../live/context.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Amount, Badge, capital, Empty, Link, ProblemNote, Segmented, Skeleton } from '../../ui/basics.tsx';
import { Severity } from '../../ui/Severity.tsx';
import { levelTone } from '../degradation/levels.ts';
import { Edges } from './Edges.tsx';
import { Flows } from './Flows.tsx';
import { Services } from './Services.tsx';

export function Region({ region }: { region: string }) {
  const regions = useLive((state) => state.dashboard?.live.regions);
  const live = regions?.find((each) => each.region === region);
  const health = usePolled(region, (signal) => ops.health(region, signal), 3);
  const names = (regions ?? []).map((each) => each.region);
  useEffect(() => {
    document.title = `${region} · Meridian`;
  }, [region]);
  if (health.problem?.status === 404)
    return (
      <>
        <h1>{region}</h1>
        <Empty title="There is no such region">
          The configuration has {names.join(', ')}. <Link to={href('regions')}>All regions</Link>
        </Empty>
      </>
    );
  const status = live?.status ?? health.data?.status ?? '';
  return (
    <div className="stack">
      <div className="toolbar">
        <h1>{region}</h1>
        {status && (
          <span role="status">
            <Badge tone={toneOf(status)} mark>
              {status}
            </Badge>
          </span>
        )}
        <Level region={region} />
        <nav className="toolbar-right" aria-label="Regions">
          {names.map((name) => (
            <Link
              key={name}
              to={href(`regions/${name}`)}
              className="button button-quiet"
              aria-current={name === region ? 'page' : undefined}
            >
              {name}
            </Link>
          ))}
        </nav>
      </div>
      {health.problem && !health.data && <ProblemNote problem={health.problem} again={health.again} />}
      {health.data ? (
        <p className={`region-said tone-${toneOf(status)}`} role="status">
          {capital(live?.sentence || health.data.sentence)}
        </p>
      ) : (
        <Skeleton height={40} />
      )}
      <Incidents region={region} />
      <div className="tiles">
        <Tile name="Requests" value={live?.rps} unit="rps" />
        <Tile name="Errors" value={live?.error_rate} unit="share" />
        <Tile name="Latency p95" value={live?.p95} unit="ms" />
        <Tile name="Active users" value={live?.active_users} unit="" />
      </div>
      <Flows region={region} />
      {health.data && <Services health={health.data} />}
      <Edges region={region} />
      <Charts region={region} names={names} />
    </div>
  );
}

function Tile({ name, value, unit }: { name: string; value: number | null | undefined; unit: string }) {
  return (
    <div className="tile">
      <span className="tile-name">{name}</span>
      <span className="tile-value">
        <Amount value={value} unit={unit} />
      </span>
    </div>
  );
}

function Level({ region }: { region: string }) {
  const found = usePolled('degradation', ops.degradation, 5);
  const here = found.data?.regions.find((each) => each.region === region);
  if (!here) return null;
  return (
    <Link
      to={href('degradation')}
      title={here.turned_off.length ? `off: ${here.turned_off.join(', ')}` : 'all is on'}
    >
      <Badge tone={here.level === 0 ? 'idle' : levelTone(here.level)}>
        level {here.level}, {here.name}
      </Badge>
    </Link>
  );
}

/** Those that are open and about the region, or about one of its places. */
function Incidents({ region }: { region: string }) {
  const incidents = useLive((state) => state.incidents);
  const locations = useLive((state) => state.dashboard?.map.locations);
  const places = [
    region,
    ...(locations ?? []).filter((each) => each.region === region).map((each) => each.name),
  ];
  const open = incidents.filter(
    (each) =>
      each.state !== 'resolved' && places.some((place) => each.subject.split(/[@, ]+/).includes(place)),
  );
  if (!open.length) return null;
  return (
    <ul className="region-incidents" aria-label="Open incidents">
      {open.map((each) => (
        <li key={each.id} className="row">
          <Severity level={each.severity} /> <Link to={href(`incidents/${each.id}`)}>{each.title}</Link>
          <span className="muted">{capital(each.sentence)}</span>
        </li>
      ))}
    </ul>
  );
}

const EDGE = [
  ['edge_cpu_cores', "Envoy's CPU"],
  ['edge_memory_bytes', "Envoy's memory"],
  ['edge_requests_active', 'Requests in flight'],
] as const;
const NOT_OF_A_REGION = new Set(['support', 'payouts']);

function Charts({ region, names }: { region: string; names: readonly string[] }) {
  const panels = useLive((state) => state.dashboard?.panels);
  const [range, setRange] = useRange();
  return (
    <section aria-label="Panels" className="stack">
      <div className="toolbar">
        <h2>Panels of {region}</h2>
        <div className="toolbar-right">
          <Segmented label="Time range" value={range} options={RANGE_NAMES} onChange={setRange} />
        </div>
      </div>
      <div className="charts">
        {panels
          ?.filter((info) => !NOT_OF_A_REGION.has(info.name))
          .map((info) => (
            <Panel key={info.name} info={info} region={region} regions={names} />
          ))}
        {EDGE.map(([metric, title]) => (
          <MetricChart
            key={metric}
            title={title}
            asked={{ metric, where: [`region:${region}`], by: ['edge'], range }}
            height={168}
          />
        ))}
      </div>
    </section>
  );
}
