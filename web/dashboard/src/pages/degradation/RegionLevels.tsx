/** Each region's level: since when, why, by whom, and putting it on another. */
import type { Degradation } from '../../api/opstypes.ts';
import { href } from '../../app/router.ts';
import { ago, atFull } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { ActButton } from '../../ui/Act.tsx';
import { Badge, capital, Card, Link } from '../../ui/basics.tsx';
import { levelTone } from './levels.ts';
import type { Ask } from './index.tsx';

export function RegionLevels({ now, onAsk }: { now: Degradation; onAsk: (ask: Ask) => void }) {
  const clock = useNow();
  return (
    <Card title="Regions" flush>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Levels of regions">
        <table>
          <thead>
            <tr>
              <th scope="col">Region</th>
              <th scope="col">Level</th>
              <th scope="col">Since</th>
              <th scope="col">Why</th>
              <th scope="col">Off there</th>
              <th scope="col">
                <span className="hidden">Act</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {now.regions.map((each) => (
              <tr key={each.region} data-region={each.region}>
                <th scope="row">
                  <Link to={href(`regions/${each.region}`)}>{each.region}</Link>
                </th>
                <td className="nowrap">
                  <Badge tone={levelTone(each.level)} mark>
                    {each.level} {each.name}
                  </Badge>
                  {each.manual !== null && <p className="cell-note">at least {each.manual} by hand</p>}
                </td>
                <td className="nowrap" title={each.since ? atFull(Date.parse(each.since)) : ''}>
                  {each.since ? ago(Date.parse(each.since), clock) : 'always'}
                </td>
                <td className="level-why">
                  {capital(each.why)}
                  {each.entered_by && each.entered_by !== 'meridian' && (
                    <p className="cell-note">by {each.entered_by}</p>
                  )}
                </td>
                <td>{each.turned_off.join(', ') || 'nothing'}</td>
                <td>
                  <div className="row row-tight">
                    {each.manual !== null && (
                      <ActButton
                        onClick={() => onAsk({ level: null, region: each.everywhere ? '' : each.region })}
                      >
                        Leave to rules
                      </ActButton>
                    )}
                    <ActButton
                      onClick={() => onAsk({ level: each.level ? 0 : 1, region: each.region })}
                      aria-label={`Set the level of ${each.region}`}
                    >
                      Set
                    </ActButton>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
