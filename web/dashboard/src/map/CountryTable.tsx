/** The map as a table, for the keyboard, for screen readers, and for exact numbers. */
import { useMemo } from 'react';
import { countryName } from '../format/names.ts';
import { text } from '../format/numbers.ts';
import { useLive } from '../live/context.ts';
import { Empty } from '../ui/basics.tsx';

export function CountryTable() {
  const flows = useLive((state) => state.dashboard?.flows);
  const rows = useMemo(() => [...(flows ?? [])].sort((a, b) => b.rps - a.rps), [flows]);
  if (!rows.length)
    return <Empty title="No traffic now">Countries appear here as soon as they ask for something.</Empty>;
  return (
    <div className="map-table" tabIndex={0} role="region" aria-label="Traffic by country">
      <table>
        <thead>
          <tr>
            <th scope="col">Country</th>
            <th scope="col">Region</th>
            <th scope="col">Goes to</th>
            <th scope="col" className="num">
              Requests
            </th>
            <th scope="col" className="num">
              Failed
            </th>
            <th scope="col" className="num">
              Refused
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((flow) => (
            <tr key={`${flow.country}>${flow.location}`}>
              <th scope="row">{countryName(flow.country)}</th>
              <td>{flow.region}</td>
              <td>{flow.location || 'nowhere'}</td>
              <td className="num">{text(flow.rps, 'rps')}</td>
              <td className="num">{text(flow.failed_share, 'share')}</td>
              <td className="num">{text(flow.refused_share, 'share')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
