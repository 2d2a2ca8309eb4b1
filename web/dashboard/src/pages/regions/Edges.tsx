/** The edges: which configuration each runs, whether that is the wanted one, how its Envoy is and how much it does. */
import { ops } from '../../api/ops.ts';
import type { Edge, MetricSeries } from '../../api/opstypes.ts';
import { href } from '../../app/router.ts';
import { lastOf } from '../../charts/Chart.tsx';
import type { Tone } from '../../format/names.ts';
import { count, text } from '../../format/numbers.ts';
import { ago, lasting } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Badge, capital, Card, Empty, Link, ProblemNote, Skeleton } from '../../ui/basics.tsx';

const MEASURED = ['edge_cpu_cores', 'edge_memory_bytes', 'edge_connections', 'edge_requests_active'] as const;
type Measured = Record<(typeof MEASURED)[number], MetricSeries>;

/** region: only its edges, or '' for all. */
export function Edges({ region = '' }: { region?: string }) {
  const found = usePolled('edges', ops.edges, 3);
  const measured = usePolled(
    `edges|${region}`,
    async (signal) => {
      const asked = MEASURED.map((metric) =>
        ops.series(
          {
            metric,
            by: ['region', 'edge'],
            range: '15m',
            ...(region ? { where: [`region:${region}`] } : {}),
          },
          signal,
        ),
      );
      const series = await Promise.all(asked);
      return Object.fromEntries(MEASURED.map((name, index) => [name, series[index]])) as Measured;
    },
    10,
  );
  const regions = found.data?.regions.filter((each) => !region || each.region === region) ?? [];
  const edges = regions.flatMap((each) => each.edges);
  const said = regions.map((each) => each.sentence).filter(Boolean);
  return (
    <Card title="Edges" hint={found.data ? `configuration ${found.data.config_version} is active` : ''} flush>
      {found.problem && !found.data && <ProblemNote problem={found.problem} again={found.again} />}
      {!found.data && !found.problem && <Skeleton height={90} />}
      {said.length > 0 && <p className="edges-said">{said.map(capital).join(' ')}</p>}
      {found.data && edges.length === 0 && (
        <Empty title="No edge has reported">Start one with `meridian edge run`, and look at its log.</Empty>
      )}
      {edges.length > 0 && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Edges">
          <table>
            <thead>
              <tr>
                <th scope="col">Edge</th>
                <th scope="col">Envoy</th>
                <th scope="col">Configuration</th>
                <th scope="col" className="num">
                  CPU
                </th>
                <th scope="col" className="num">
                  Memory
                </th>
                <th scope="col" className="num">
                  Connections
                </th>
                <th scope="col" className="num">
                  In flight
                </th>
                <th scope="col" className="num">
                  Requests
                </th>
                <th scope="col" className="num">
                  Reported
                </th>
              </tr>
            </thead>
            <tbody>
              {edges.map((edge) => (
                <Row key={edge.instance} edge={edge} measured={measured.data} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

const ENVOY: Record<string, Tone> = { live: 'ok', starting: 'warn', draining: 'warn', down: 'bad' };

function Row({ edge, measured }: { edge: Edge; measured: Measured | null }) {
  const now = useNow();
  const value = (metric: (typeof MEASURED)[number]): number | null => {
    const line = measured?.[metric].lines.find((each) => each.labels.edge === edge.instance);
    return line ? lastOf(line.values) : null;
  };
  return (
    <tr data-edge={edge.instance}>
      <th scope="row">
        <Link to={href(`regions/${edge.region}`)}>{edge.instance}</Link>
        {edge.sentence && <p className="cell-note edge-said">{capital(edge.sentence)}</p>}
      </th>
      <td className="nowrap">
        <Badge tone={ENVOY[edge.envoy] ?? 'idle'} mark>
          {edge.envoy}
        </Badge>
        {edge.report.started && (
          <p className="cell-note">since {ago(Date.parse(edge.report.started), now)}</p>
        )}
      </td>
      <td>
        <span className="nowrap">
          {edge.config_version} <code className="faint">{edge.digest.slice(0, 8)}</code>{' '}
          <Badge tone={edge.current ? 'ok' : 'warn'}>{edge.current ? 'current' : 'behind'}</Badge>
        </span>
        {edge.rejection && (
          <p className="cell-note edge-said">
            Refused version {edge.rejection.config_version}
            {edge.rejection.resource && ` (${edge.rejection.resource})`}: {edge.rejection.reason}
          </p>
        )}
      </td>
      <td className="num nowrap">{cores(value('edge_cpu_cores'))}</td>
      <td className="num nowrap">{text(value('edge_memory_bytes'), 'B')}</td>
      <td className="num">{count(value('edge_connections'))}</td>
      <td className="num">{count(value('edge_requests_active'))}</td>
      <td className="num">{count(edge.report.requests)}</td>
      <td className="num nowrap">{edge.age < 3 ? 'now' : `${lasting(edge.age)} ago`}</td>
    </tr>
  );
}

/** Processor seconds per second, as a share of one core. */
function cores(value: number | null): string {
  return value === null ? '–' : text(value, 'share');
}
