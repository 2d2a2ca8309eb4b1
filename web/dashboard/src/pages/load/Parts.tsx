/** The same numbers for a part of the requests each: by region, step, who answered, version. The address says which. */
import type { Part, StepPart, Summary } from '../../api/loadtypes.ts';
import { useParam } from '../../app/router.ts';
import { count, text } from '../../format/numbers.ts';
import { Card, Empty, Segmented } from '../../ui/basics.tsx';
import { warmingUp } from './states.ts';

const WAYS = ['region', 'step', 'location', 'version'] as const;
type Way = (typeof WAYS)[number];

export function Parts({ run }: { run: Summary }) {
  const [by, setBy] = useParam<Way>('by', 'region', WAYS);
  return (
    <Card
      title="By"
      tools={<Segmented<Way> label="Parts" value={by} options={WAYS} onChange={setBy} />}
      flush
    >
      {by === 'location' ? (
        <Locations run={run} />
      ) : (
        <Rows parts={partsOf(run, by)} by={by} warm={warmingUp(run)} />
      )}
    </Card>
  );
}

function partsOf(run: Summary, by: Exclude<Way, 'location'>): readonly (Part | StepPart)[] {
  return { region: run.regions, step: run.steps, version: run.versions }[by];
}

function Rows({ parts, by, warm }: { parts: readonly (Part | StepPart)[]; by: string; warm: boolean }) {
  if (!parts.length) return <Nothing warm={warm} />;
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={`By ${by}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{by === 'step' ? 'Step' : by === 'region' ? 'Region' : 'Version'}</th>
            {['Requests', 'Rate', 'p50', 'p95', 'p99', 'Errors'].map((name) => (
              <th key={name} scope="col" className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part.name}>
              <th scope="row" className="load-name">
                {part.name || 'not known'}
                {'request' in part && (
                  <p className="cell-note">
                    <code>{part.request}</code> {part.service}
                  </p>
                )}
              </th>
              <td className="num nowrap">{count(part.requests)}</td>
              <td className="num nowrap">{text(part.rate, 'rps')}</td>
              <td className="num nowrap">{text(part.latency?.p50, 'ms')}</td>
              <td className="num nowrap">{text(part.latency?.p95, 'ms')}</td>
              <td className="num nowrap">{text(part.latency?.p99, 'ms')}</td>
              <td className="num nowrap">{text(part.errors, 'share')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Locations({ run }: { run: Summary }) {
  if (!run.locations.length) return <Nothing warm={warmingUp(run)} />;
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="By location">
      <table>
        <thead>
          <tr>
            <th scope="col">Answered by</th>
            <th scope="col" className="num">
              Requests
            </th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {run.locations.map((each) => (
            <tr key={each.name}>
              <th scope="row" className="load-name">
                {each.name || 'nobody'}
              </th>
              <td className="num">{count(each.requests)}</td>
              <td className="load-share">
                <span className="share-bar" aria-hidden="true">
                  <i style={{ scale: `${(each.share ?? 0).toFixed(3)} 1` }} />
                </span>
                <span className="num">{text(each.share, 'share')}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Nothing({ warm }: { warm: boolean }) {
  if (warm) return <Empty title="Warming up">What is measured in the warm-up is not judged.</Empty>;
  return <Empty title="Nothing measured yet">Numbers appear with the first answers.</Empty>;
}
