/** Every service in every location: how many of its instances are healthy. */
import { toneOf, type Tone } from '../format/names.ts';
import { useLive } from '../live/context.ts';
import { Card, Empty, Mark } from '../ui/basics.tsx';

export function Services() {
  const services = useLive((state) => state.dashboard?.live.services);
  if (!services) return null;
  const locations = [...new Set(services.flatMap((each) => each.locations.map((one) => one.location)))];
  if (!services.length)
    return (
      <Card title="Services">
        <Empty title="No service is known">They come from `services` in meridian.yaml.</Empty>
      </Card>
    );
  return (
    <Card title="Services" hint="healthy instances" flush>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Services by location">
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              {locations.map((name) => (
                <th key={name} scope="col" className="nowrap">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {services.map((service) => (
              <tr key={service.service}>
                <th scope="row" className="nowrap">
                  <Mark tone={toneOf(service.status)} size={9} label={service.status} /> {service.service}
                </th>
                {locations.map((name) => {
                  const one = service.locations.find((each) => each.location === name);
                  return (
                    <td
                      key={name}
                      className={`nowrap service-cell tone-${one ? toneOfShare(one.healthy, one.total) : 'idle'}`}
                    >
                      {one ? `${one.healthy} / ${one.total}` : '–'}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function toneOfShare(healthy: number, total: number): Tone {
  if (total === 0) return 'idle';
  if (healthy === 0) return 'bad';
  return healthy < total ? 'warn' : 'ok';
}
