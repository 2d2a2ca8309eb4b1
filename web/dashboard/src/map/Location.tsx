/** A location on the map: health as colour and shape, what it serves, and a line to where it really is if its neighbours pushed it. */
import { toneOf } from '../format/names.ts';
import { text } from '../format/numbers.ts';
import type { Spot } from './arcs.ts';
import { project } from './projection.ts';

/** Scale from which only names of locations in trouble have room. */
const CROWDED = 1.8;

export function Location({ spot, scale }: { spot: Spot; scale: number }) {
  const { location, x, y } = spot;
  const tone = toneOf(location.status);
  const [placeX, placeY] = project(location.latitude, location.longitude);
  const left = x < placeX - 2;
  const data = { 'data-kind': 'location', 'data-name': location.name };
  const side = { x: left ? -13 : 13, textAnchor: left ? 'end' : 'start' } as const;
  return (
    <g className={`location tone-${tone}`}>
      <path className="leader" d={`M${placeX} ${placeY}L${x} ${y}`} />
      <g transform={`translate(${x} ${y}) scale(${scale})`}>
        {tone === 'bad' && <circle className="alarm" r="9" />}
        <circle className="halo" r="9" {...data} />
        {tone === 'bad' ? (
          <path className="cross" d="M-3 -3 3 3M3 -3 -3 3" {...data} />
        ) : tone === 'warn' ? (
          <path className="core" d="M0 -4.5 4.6 3.6H-4.6Z" {...data} />
        ) : (
          <circle className="core" r="4" {...data} />
        )}
        {(scale < CROWDED || tone === 'bad') && (
          <>
            <text {...side} y="-1">
              {location.name}
            </text>
            <text {...side} className="sub" y="11">
              {tone === 'bad' ? location.status : text(location.rps, 'rps')}
            </text>
          </>
        )}
      </g>
    </g>
  );
}
