/** What failed, where and when: a row for each way in which something failed, with a strip of the time of the run. */
import type { Crash, Summary } from '../../api/loadtypes.ts';
import { useParam } from '../../app/router.ts';
import { count } from '../../format/numbers.ts';
import { elapsed } from '../../format/time.ts';
import { Button, Card, Empty } from '../../ui/basics.tsx';
import { byRegion, strip } from './crashes.ts';

const COLUMNS = 60;
/** Rows of a region that are shown at first. */
const FEW = 8;

export function Crashes({ run }: { run: Summary }) {
  const [all, setAll] = useParam<string>('crashes', '');
  const regions = byRegion(run.crashes);
  const hidden = regions.reduce((sum, region) => sum + Math.max(0, region.crashes.length - FEW), 0);
  return (
    <Card
      title="Crash map"
      hint={<span className="wide-only">what failed, region by region, over the time of the run</span>}
      flush
    >
      {regions.length === 0 && (
        <Empty title="Nothing failed">
          Each way in which requests fail stands here, with when it began and ended.
        </Empty>
      )}
      {regions.length > 0 && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Crash map">
          <table className="load-crashes">
            <thead>
              <tr>
                <th scope="col">What failed</th>
                <th scope="col">How</th>
                <th scope="col" className="load-strip-head">
                  <span className="hidden">When </span>
                  <span className="load-strip-ends num" aria-hidden="true">
                    <span>{elapsed(0)}</span>
                    <span>{elapsed(run.duration)}</span>
                  </span>
                </th>
                <th scope="col" className="num">
                  Times
                </th>
                <th scope="col" className="num">
                  First
                </th>
                <th scope="col" className="num">
                  Last
                </th>
              </tr>
            </thead>
            {regions.map((region) => (
              <tbody key={region.region}>
                <tr>
                  <th scope="rowgroup" colSpan={6} className="load-region">
                    {region.region || 'no region'} <span className="faint num">{count(region.n)} failed</span>
                  </th>
                </tr>
                {region.crashes.slice(0, all ? undefined : FEW).map((crash) => (
                  <Row
                    key={`${crash.service} ${crash.step} ${crash.outcome} ${crash.detail}`}
                    crash={crash}
                    seconds={run.duration}
                  />
                ))}
              </tbody>
            ))}
          </table>
        </div>
      )}
      {hidden > 0 && !all && (
        <div className="more">
          <Button onClick={() => setAll('all')}>Show {hidden} more</Button>
        </div>
      )}
    </Card>
  );
}

function Row({ crash, seconds }: { crash: Crash; seconds: number }) {
  return (
    <tr>
      <th scope="row" className="load-name">
        {crash.service || crash.step}
        {crash.service && crash.step && <p className="cell-note">{crash.step}</p>}
      </th>
      <td className="load-how">
        {crash.outcome}
        {crash.detail && <p className="cell-note">{crash.detail}</p>}
      </td>
      <td>
        <Strip crash={crash} seconds={seconds} />
      </td>
      <td className="num nowrap">{count(crash.n)}</td>
      <td className="num nowrap">{elapsed(crash.first)}</td>
      <td className="num nowrap">{elapsed(crash.last)}</td>
    </tr>
  );
}

/** Its numbers stand beside it. Heights by the root: one failure is still seen beside a thousand. */
function Strip({ crash, seconds }: { crash: Crash; seconds: number }) {
  const counts = strip(crash, seconds, COLUMNS);
  const most = Math.max(...counts);
  return (
    <svg className="load-strip" viewBox={`0 0 ${COLUMNS} 10`} preserveAspectRatio="none" aria-hidden="true">
      {counts.map((n, column) => {
        const height = n ? 2 + 8 * Math.sqrt(n / most) : 0;
        return n ? (
          <rect key={column} x={column} y={10 - height} width="1" height={height}>
            <title>{`${elapsed((column / COLUMNS) * seconds)}: ${count(n)}`}</title>
          </rect>
        ) : null;
      })}
    </svg>
  );
}
