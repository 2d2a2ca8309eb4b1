/** The countries, tinted by the region that serves them, and by how open their market is. */
import { memo } from 'react';
import type { World } from '../../build/world.ts';
import type { Dashboard } from '../api/types.ts';
import { seriesColour } from '../charts/colours.ts';
import { project } from './projection.ts';

type Countries = Dashboard['map']['countries'];

/** Per cent of the region's colour. Without markets all are open. */
const OPENNESS: Record<string, number> = {
  public: 34,
  soft_launch: 24,
  influencer_only: 16,
  not_started: 6,
  paused: 10,
};
const OPEN = 28;

export function marketOf(country: Countries[string] | undefined): string {
  const market = country?.market;
  return (typeof market === 'string' ? market : market?.state) ?? '';
}

/** Drawn again only when countries change, not each second. regions: names, with commas between. */
export const Land = memo(function Land({
  world,
  countries,
  regions,
}: {
  world: World;
  countries: Countries | undefined;
  regions: string;
}) {
  const order = regions.split(',');
  const look = (code: string) => {
    const country = countries?.[code];
    const index = order.indexOf(country?.region ?? '');
    const market = marketOf(country);
    const fill = `color-mix(in oklab, ${seriesColour(index)} ${OPENNESS[market] ?? OPEN}%, var(--land))`;
    return {
      'data-kind': code ? 'country' : undefined,
      'data-name': code,
      className: market === 'paused' ? 'paused' : undefined,
      style: index < 0 ? undefined : { fill },
    };
  };
  const small = Object.entries(world.middles).filter(([code]) => !world.shapes[code] && countries?.[code]);
  return (
    <g className="land">
      {Object.entries(world.shapes).map(([code, path]) => (
        <path key={code} d={path} {...look(code)} />
      ))}
      {small.map(([code, middle]) => {
        const [x, y] = project(...middle);
        return <circle key={code} cx={x} cy={y} r="1.4" {...look(code)} />;
      })}
    </g>
  );
});
