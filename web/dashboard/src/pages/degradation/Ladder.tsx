/** The levels side by side: what each turns off, and which regions stand on it. */
import type { Degradation } from '../../api/opstypes.ts';
import { Badge, Mark } from '../../ui/basics.tsx';
import { levelTone } from './levels.ts';

export function Ladder({ now }: { now: Degradation }) {
  return (
    <ol className="ladder">
      {now.levels.map((each, index) => {
        const here = now.regions.filter((region) => region.level === each.level);
        const before = new Set(now.levels[index - 1]?.turns_off ?? []);
        return (
          <li
            key={each.level}
            className={`card level tone-${levelTone(each.level)} ${here.length ? 'level-here' : ''}`}
            data-level={each.level}
          >
            <h2>
              <span className="level-number num">{each.level}</span> {each.name}
            </h2>
            <div className="row level-regions">
              {here.map((region) => (
                <Badge key={region.region} tone={levelTone(each.level)} mark>
                  {region.region}
                </Badge>
              ))}
              {here.length === 0 && <span className="faint">no region</span>}
            </div>
            {each.turns_off.length === 0 ? (
              <p className="muted">Everything is on.</p>
            ) : (
              <ul aria-label={`Off at level ${each.level}`}>
                {each.turns_off.map((off) => (
                  <li key={off} className={before.has(off) ? 'faint' : ''}>
                    <Mark tone={before.has(off) ? 'idle' : levelTone(each.level)} size={9} /> {off}
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ol>
  );
}
