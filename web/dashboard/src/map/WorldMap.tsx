/** The map of the world: which region serves whom, where each country's traffic goes now, and which location is in trouble. */
import { lazy, memo, Suspense, useMemo, useState } from 'react';
import type { World } from '../../build/world.ts';
import { toneOf } from '../format/names.ts';
import { text } from '../format/numbers.ts';
import { useLive } from '../live/context.ts';
import { Card, Segmented, Skeleton } from '../ui/basics.tsx';
import { seriesColour } from '../charts/colours.ts';
import { useVisible } from '../charts/useVisible.ts';
import { arcs, spots, type Spot } from './arcs.ts';
import { CountryTable } from './CountryTable.tsx';
import { FRAME, project } from './projection.ts';
import { Tip, type Pointed } from './Tip.tsx';
import { useParam } from '../app/router.ts';
import './map.css';

/** The shapes arrive after the rest of the page: they are most of its size. */
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
  return countries ? <span className="num">{countries} countries</span> : null;
}

function Drawing({ world }: { world: World }) {
  const map = useLive((state) => state.dashboard?.map);
  const flows = useLive((state) => state.dashboard?.flows);
  const live = useLive((state) => state.dashboard?.live);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const regions = useMemo(() => live?.regions.map((each) => each.region) ?? [], [live]);
  const places = useMemo(() => spots(map?.locations ?? []), [map]);
  const drawn = useMemo(() => arcs(flows ?? [], places, world.middles), [flows, places, world]);
  const point = (target: Element | null, x: number, y: number) => {
    const { kind, name } = (target as HTMLElement | SVGElement | null)?.dataset ?? {};
    setPointed(kind && name ? { kind: kind as Pointed['kind'], name, x, y } : null);
  };
  return (
    <>
      <svg
        className="map"
        viewBox={`0 0 ${FRAME.width} ${FRAME.height}`}
        role="img"
        aria-label={spoken(places)}
        onPointerMove={(event) => point(event.target as Element, event.clientX, event.clientY)}
        onPointerLeave={() => setPointed(null)}
      >
        <Land world={world} countries={map?.countries} regions={regions.join()} />
        <g className="arcs">
          {drawn.map((each) => (
            <path
              key={each.key}
              d={each.path}
              className={`arc arc-${each.outcome}`}
              style={{
                strokeWidth: each.width,
                ...(each.outcome === 'ok' ? { stroke: seriesColour(regions.indexOf(each.flow.region)) } : {}),
              }}
            />
          ))}
        </g>
        <g>
          {places.map((spot) => (
            <Location key={spot.location.name} spot={spot} />
          ))}
        </g>
      </svg>
      {pointed && <Tip pointed={pointed} />}
    </>
  );
}

/** Drawn again only when countries move between regions, not each second. */
const Land = memo(
  function Land({
    world,
    countries,
    regions,
  }: {
    world: World;
    countries: Record<string, { region: string }> | undefined;
    regions: string;
  }) {
    const order = regions.split(',');
    const fill = (code: string) => {
      const index = order.indexOf(countries?.[code]?.region ?? '');
      return index < 0
        ? undefined
        : { fill: `color-mix(in oklab, ${seriesColour(index)} var(--tint), var(--land))` };
    };
    const small = Object.entries(world.middles).filter(([code]) => !world.shapes[code] && countries?.[code]);
    return (
      <g className="land">
        {Object.entries(world.shapes).map(([code, path]) => (
          <path
            key={code}
            d={path}
            data-kind={code ? 'country' : undefined}
            data-name={code}
            style={fill(code)}
          />
        ))}
        {small.map(([code, middle]) => {
          const [x, y] = project(...middle);
          return (
            <circle
              key={code}
              cx={x}
              cy={y}
              r="1.4"
              data-kind="country"
              data-name={code}
              style={fill(code)}
            />
          );
        })}
      </g>
    );
  },
  (before, after) =>
    before.world === after.world &&
    before.regions === after.regions &&
    sameCountries(before.countries, after.countries),
);

function sameCountries(
  one?: Record<string, { region: string }>,
  other?: Record<string, { region: string }>,
): boolean {
  return one === other;
}

function Location({ spot }: { spot: Spot }) {
  const { location, x, y } = spot;
  const tone = toneOf(location.status);
  const [placeX, placeY] = project(location.latitude, location.longitude);
  const left = x < placeX - 4 && Math.abs(x - placeX) > 2;
  const data = { 'data-kind': 'location', 'data-name': location.name };
  return (
    <g className={`location tone-${tone}`}>
      <path className="leader" d={`M${placeX} ${placeY}L${x} ${y}`} />
      {tone === 'bad' && <circle className="alarm" cx={x} cy={y} r="9" />}
      <g transform={`translate(${x} ${y})`}>
        <circle className="halo" r="9" {...data} />
        {tone === 'bad' ? (
          <path className="cross" d="M-3 -3 3 3M3 -3 -3 3" {...data} />
        ) : tone === 'warn' ? (
          <path className="core" d="M0 -4.5 4.6 3.6H-4.6Z" {...data} />
        ) : (
          <circle className="core" r="4" {...data} />
        )}
        <text x={left ? -13 : 13} y="-1" textAnchor={left ? 'end' : 'start'}>
          {location.name}
        </text>
        <text className="sub" x={left ? -13 : 13} y="11" textAnchor={left ? 'end' : 'start'}>
          {tone === 'bad' ? location.status : text(location.rps, 'rps')}
        </text>
      </g>
    </g>
  );
}

function spoken(places: readonly Spot[]): string {
  const said = places.map(
    ({ location }) => `${location.name} ${location.status}, ${text(location.rps, 'rps')}`,
  );
  return `World map. ${said.join('; ')}. The same as a table: the button before this map.`;
}
