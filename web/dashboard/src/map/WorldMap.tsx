/** The map of the world: which region serves whom, where each country's traffic goes now, and which location is in trouble. */
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import type { World } from '../../build/world.ts';
import { useParam } from '../app/router.ts';
import { seriesColour } from '../charts/colours.ts';
import { useVisible } from '../charts/useVisible.ts';
import { text } from '../format/numbers.ts';
import { useLive } from '../live/context.ts';
import { Card, Segmented, Skeleton } from '../ui/basics.tsx';
import { arcs, spots, type Spot } from './arcs.ts';
import { CountryTable } from './CountryTable.tsx';
import { Land } from './Land.tsx';
import { Location } from './Location.tsx';
import { FRAME } from './projection.ts';
import { Tip, type Pointed } from './Tip.tsx';
import { useScale } from './useScale.ts';
import './map.css';

/** The shapes arrive after the rest of the page: they are much of its size. */
const Drawn = lazy(async () => {
  const { default: world } = await import('virtual:world');
  return { default: () => <Drawing world={world} /> };
});

export function WorldMap() {
  const [view, setView] = useParam<'map' | 'table'>('map', 'map', ['map', 'table']);
  const { frame, visible } = useVisible<HTMLDivElement>();
  return (
    <Card
      flush
      className="map-card"
      title="Where the traffic goes"
      hint={<Total />}
      tools={
        <Segmented
          label="How the traffic is shown"
          value={view}
          options={[
            ['map', 'Map'],
            ['table', 'Table'],
          ]}
          onChange={setView}
        />
      }
    >
      <div ref={frame} className="map-frame">
        {view === 'table' ? (
          <CountryTable />
        ) : (
          <Suspense fallback={<Skeleton height={300} />}>{visible && <Drawn />}</Suspense>
        )}
      </div>
    </Card>
  );
}

function Total() {
  const flows = useLive((state) => state.dashboard?.flows);
  const countries = flows
    ? new Set(flows.filter((flow) => flow.rps > 0).map((flow) => flow.country)).size
    : 0;
  return countries ? <span className="num">from {countries} countries now</span> : null;
}

function Drawing({ world }: { world: World }) {
  const locations = useLive((state) => state.dashboard?.map.locations);
  const countries = useLive((state) => state.dashboard?.map.countries);
  const flows = useLive((state) => state.dashboard?.flows);
  const order = useLive((state) => state.dashboard?.live.regions.map((each) => each.region).join() ?? '');
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const frame = useRef<SVGSVGElement>(null);
  const scale = useScale(frame);
  const regions = useMemo(() => order.split(','), [order]);
  const places = useMemo(() => spots(locations ?? [], scale), [locations, scale]);
  const drawn = useMemo(() => arcs(flows ?? [], places, world.middles), [flows, places, world]);
  const point = (target: Element, x: number, y: number) => {
    const { kind, name } = (target as SVGElement).dataset;
    setPointed(kind && name ? { kind: kind as Pointed['kind'], name, x, y } : null);
  };
  return (
    <>
      <svg
        ref={frame}
        className="map"
        viewBox={`0 0 ${FRAME.width} ${FRAME.height}`}
        role="img"
        aria-label={spoken(places)}
        onPointerMove={(event) => point(event.target as Element, event.clientX, event.clientY)}
        onPointerLeave={() => setPointed(null)}
      >
        <Land world={world} countries={countries} regions={order} />
        <g className="arcs" aria-hidden="true">
          {drawn.map((each) => (
            <path
              key={each.key}
              d={each.path}
              className={`arc arc-${each.outcome}`}
              style={{
                strokeWidth: each.width * Math.min(scale, 1.6),
                ...(each.outcome === 'ok' ? { stroke: seriesColour(regions.indexOf(each.flow.region)) } : {}),
              }}
            />
          ))}
        </g>
        <g aria-hidden="true">
          {places.map((spot) => (
            <Location key={spot.location.name} spot={spot} scale={scale} />
          ))}
        </g>
      </svg>
      <Legend regions={regions} />
      {pointed && <Tip pointed={pointed} />}
    </>
  );
}

function Legend({ regions }: { regions: readonly string[] }) {
  return (
    <ul className="map-legend">
      {regions.map((region, index) => (
        <li key={region}>
          <i style={{ background: seriesColour(index) }} />
          {region}
        </li>
      ))}
      <li>
        <i className="map-legend-line arc-warn-key" />
        refused
      </li>
      <li>
        <i className="map-legend-line arc-bad-key" />
        failing
      </li>
    </ul>
  );
}

function spoken(places: readonly Spot[]): string {
  const said = places.map(
    ({ location }) => `${location.name} ${location.status}, ${text(location.rps, 'rps')}`,
  );
  return `World map. ${said.join('; ')}. The same as a table: the button before this map.`;
}
