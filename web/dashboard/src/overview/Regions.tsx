/** One card for each region: how it is, what it serves, and where from. The same as the map, for every reader. */
import { href } from '../app/router.ts';
import { seriesColour } from '../charts/colours.ts';
import { toneOf } from '../format/names.ts';
import { text } from '../format/numbers.ts';
import { useLive } from '../live/context.ts';
import { Amount, Badge, capital, Link, Mark } from '../ui/basics.tsx';

export function Regions() {
  const regions = useLive((state) => state.dashboard?.live.regions);
  return (
    <section className="regions" aria-label="Regions">
      {regions?.map((each, index) => (
        <article
          key={each.region}
          className={`card region tone-${toneOf(each.status)}`}
          data-region={each.region}
        >
          <header>
            <i className="swatch" style={{ background: seriesColour(index) }} />
            <h2>
              <Link to={href(`regions/${each.region}`)}>{each.region}</Link>
            </h2>
            <Badge tone={toneOf(each.status)} mark>
              {each.status}
            </Badge>
          </header>
          <dl className="region-figures">
            <Pair name="requests" value={each.rps} unit="rps" />
            <Pair name="errors" value={each.error_rate} unit="share" />
            <Pair name="p95" value={each.p95} unit="ms" />
            <Pair name="users" value={each.active_users} unit="" />
          </dl>
          <Locations region={each.region} colour={seriesColour(index)} />
          {each.sentence && <p className="region-sentence">{capital(each.sentence)}</p>}
        </article>
      ))}
    </section>
  );
}

function Pair({ name, value, unit }: { name: string; value: number | null; unit: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Amount value={value} unit={unit} />
      </dd>
    </div>
  );
}

/** Where the region's traffic is served, as shares of it. */
function Locations({ region, colour }: { region: string; colour: string }) {
  const locations = useLive((state) => state.dashboard?.map.locations);
  const flows = useLive((state) => state.dashboard?.flows);
  const served = new Map<string, number>();
  for (const flow of flows ?? []) {
    if (flow.region === region) served.set(flow.location, (served.get(flow.location) ?? 0) + flow.rps);
  }
  const total = [...served.values()].reduce((sum, rps) => sum + rps, 0);
  const shown = (locations ?? []).filter(
    (each) => each.region === region || (served.get(each.name) ?? 0) > 0,
  );
  return (
    <ul className="region-locations">
      {shown.map((each) => {
        const share = total ? (served.get(each.name) ?? 0) / total : 0;
        return (
          <li key={each.name}>
            <Mark tone={toneOf(each.status)} size={9} label={each.status} />
            <span className="region-location">{each.name}</span>
            <span className="bar" aria-hidden="true">
              <i style={{ scale: `${share.toFixed(3)} 1`, background: colour }} />
            </span>
            <span className="num region-share">{text(share, 'share')}</span>
          </li>
        );
      })}
    </ul>
  );
}
