/** Every service in every location that may serve the region, as the region's edges see it; and which location is tried next. */
import { ops } from '../../api/ops.ts';
import type { RegionHealth } from '../../api/opstypes.ts';
import type { Tone } from '../../format/names.ts';
import { ago } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Card, Mark } from '../../ui/basics.tsx';

type One = RegionHealth['services'][number];

export function Services({ health }: { health: RegionHealth }) {
  const services = [...new Set(health.services.map((each) => each.service))];
  const locations = [...new Set(health.services.map((each) => each.location))];
  return (
    <div className="flows">
      <Card title="Services by location" hint="healthy instances, as its edges see them" flush>
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
                <tr key={service}>
                  <th scope="row" className="nowrap">
                    {service}
                  </th>
                  {locations.map((name) => (
                    <Cell
                      key={name}
                      one={health.services.find((each) => each.service === service && each.location === name)}
                    />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
      <Chains region={health.region} />
    </div>
  );
}

function toneOfOne({ up, healthy, total }: One): Tone {
  if (!up) return 'bad';
  return healthy < total ? 'warn' : 'ok';
}

function Cell({ one }: { one: One | undefined }) {
  const now = useNow();
  if (!one) return <td className="faint">–</td>;
  return (
    <td className="nowrap" title={one.since && `since ${ago(Date.parse(one.since), now)}`}>
      <Mark tone={toneOfOne(one)} size={9} label={one.up ? 'up' : 'down'} />{' '}
      <span className="num">
        {one.healthy} / {one.total}
      </span>
      {one.reason && <p className="cell-note">{one.reason}</p>}
    </td>
  );
}

/** In which order locations are tried; features with the same chain together. */
function Chains({ region }: { region: string }) {
  const found = usePolled(region, (signal) => ops.failover(region, signal), 10);
  const same = new Map<string, { features: string[]; chain: { location: string; wrong: string }[] }>();
  for (const { feature, target, chain } of found.data ?? []) {
    const key = JSON.stringify(chain);
    same.set(key, {
      features: [...(same.get(key)?.features ?? []), target === region ? feature : `${feature} in ${target}`],
      chain,
    });
  }
  return (
    <Card title="Failover" hint="in this order">
      <ul className="chains">
        {[...same.values()].map(({ features, chain }) => (
          <li key={features.join()}>
            <p className="muted">{features.join(', ')}</p>
            <ol>
              {chain.map((link) => (
                <li key={link.location} className={link.wrong ? 'chain-wrong' : ''}>
                  <Mark tone={link.wrong ? 'bad' : 'ok'} size={9} label={link.wrong ? 'not now' : 'ready'} />{' '}
                  {link.location}
                  {link.wrong && <span className="cell-note"> {link.wrong}</span>}
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ul>
    </Card>
  );
}
