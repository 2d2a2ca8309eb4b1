/** What is under the pointer on the map. */
import type { ReactNode } from 'react';
import { countryName, toneOf } from '../format/names.ts';
import { text } from '../format/numbers.ts';
import { useLive } from '../live/context.ts';
import { Mark } from '../ui/basics.tsx';
import { marketOf } from './Land.tsx';

export interface Pointed {
  kind: 'country' | 'location';
  name: string;
  /** in the window */
  x: number;
  y: number;
}

export function Tip({ pointed }: { pointed: Pointed }) {
  const dashboard = useLive((state) => state.dashboard);
  if (!dashboard) return null;
  const flip = pointed.x > innerWidth - 270;
  return (
    <div
      className="tip"
      style={{
        left: pointed.x + (flip ? -14 : 14),
        top: pointed.y + 14,
        translate: flip ? '-100% 0' : 'none',
      }}
      role="presentation"
    >
      {pointed.kind === 'location' ? <LocationTip name={pointed.name} /> : <CountryTip code={pointed.name} />}
    </div>
  );
}

function LocationTip({ name }: { name: string }) {
  const location = useLive((state) => state.dashboard?.map.locations.find((each) => each.name === name));
  if (!location) return null;
  return (
    <>
      <strong>
        <Mark tone={toneOf(location.status)} size={10} /> {location.name}
      </strong>
      <p className="muted">{location.place}</p>
      <Row name="region">
        {location.region}
        {location.home ? ' (home)' : ''}
      </Row>
      <Row name="state">{location.status}</Row>
      <Row name="requests">{text(location.rps, 'rps')}</Row>
      <Row name="p95">{text(location.p95, 'ms')}</Row>
      <Row name="errors">{text(location.error_rate, 'share')}</Row>
    </>
  );
}

function CountryTip({ code }: { code: string }) {
  const flows = useLive((state) => state.dashboard?.flows);
  const country = useLive((state) => state.dashboard?.map.countries[code]);
  const own = flows?.filter((flow) => flow.country === code) ?? [];
  const market = marketOf(country);
  return (
    <>
      <strong>{countryName(code)}</strong>
      <Row name="region">{country?.region ?? 'none'}</Row>
      {market && <Row name="market">{market.replaceAll('_', ' ')}</Row>}
      {own.length === 0 && <p className="muted">No traffic now</p>}
      {own.map((flow) => (
        <Row key={flow.location} name={`to ${flow.location || 'nowhere'}`}>
          {text(flow.rps, 'rps')}
          {flow.failed_share > 0.001 && `, ${text(flow.failed_share, 'share')} failed`}
          {flow.refused_share > 0.001 && `, ${text(flow.refused_share, 'share')} refused`}
        </Row>
      ))}
    </>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <p className="tip-row">
      <span>{name}</span>
      <b className="num">{children}</b>
    </p>
  );
}
