/** Who is served from where, live: the region's countries, the locations that answer them, and guests from other regions. */
import { countryName, toneOf } from '../../format/names.ts';
import { text } from '../../format/numbers.ts';
import { useLive } from '../../live/context.ts';
import { Card, Empty, Mark } from '../../ui/basics.tsx';
import { Drains } from './Drains.tsx';
import { countriesOf, guestsOf, locationsOf, type Served } from './flows.ts';

const COUNTRIES = 12;

export function Flows({ region }: { region: string }) {
  const flows = useLive((state) => state.dashboard?.flows) ?? [];
  const locations = useLive((state) => state.dashboard?.map.locations) ?? [];
  const countries = countriesOf(flows, region);
  const guests = guestsOf(flows, region, locations);
  const served = locationsOf(flows, region);
  const own = locations
    .filter((each) => each.region === region && !served.some((one) => one.name === each.name))
    .map((each) => ({ name: each.name, rps: 0, share: 0, failed: 0, refused: 0 }));
  const placeOf = (name: string) => locations.find((each) => each.name === name);
  return (
    <div className="flows">
      <div className="stack">
        <Card title="Where its users are served">
          <ul className="served">
            {[...served, ...own].map((each) => (
              <Row key={each.name} served={each}>
                <Mark
                  tone={toneOf(placeOf(each.name)?.status ?? '')}
                  size={9}
                  label={placeOf(each.name)?.status ?? ''}
                />{' '}
                {each.name || 'no location: the edge answered'}{' '}
                <span className="faint">{placeOf(each.name)?.place}</span>
              </Row>
            ))}
          </ul>
          {guests.length > 0 && (
            <>
              <h3 className="served-title">Users of other regions served here</h3>
              <ul className="served">
                {guests.map((each) => (
                  <Row key={each.name} served={each}>
                    {each.name}
                  </Row>
                ))}
              </ul>
            </>
          )}
        </Card>
        <Drains region={region} />
      </div>
      <Card title="Where they come from" hint={`${countries.length} countries now`}>
        {countries.length === 0 ? (
          <Empty title="No traffic right now">Countries appear with their first request.</Empty>
        ) : (
          <ul className="served served-countries">
            {countries.slice(0, COUNTRIES).map((each) => (
              <Row key={each.name} served={each}>
                {countryName(each.name)}
              </Row>
            ))}
          </ul>
        )}
        {countries.length > COUNTRIES && (
          <p className="cell-note">and {countries.length - COUNTRIES} more, on the map of the overview</p>
        )}
      </Card>
    </div>
  );
}

function Row({ served, children }: { served: Served; children: React.ReactNode }) {
  const tone = served.failed > 0.01 ? 'bad' : 'none';
  return (
    <li>
      <span className="served-name">{children}</span>
      <span className={`share-bar tone-${tone}`} aria-hidden="true">
        <i style={{ scale: `${served.share.toFixed(3)} 1` }} />
      </span>
      <span className="num nowrap">{text(served.rps, 'rps')}</span>
      <span className="num nowrap faint served-share">
        {served.failed > 0.0001 ? `${text(served.failed, 'share')} failed` : text(served.share, 'share')}
      </span>
    </li>
  );
}
