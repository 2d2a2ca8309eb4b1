/** The heatmap's numbers: rows of time, columns of latency, few enough to be read. */
import type { HeatmapData } from '../../api/loadtypes.ts';
import { count } from '../../format/numbers.ts';
import { elapsed } from '../../format/time.ts';
import { gridOf, spanOf } from './heat.ts';

const TIMES = 60;
const LATENCIES = 10;

export function HeatTable({ data }: { data: HeatmapData }) {
  const grid = gridOf(data, TIMES, LATENCIES);
  return (
    <div
      className="panel-table heat-table"
      tabIndex={0}
      role="region"
      aria-label="Latency heatmap as a table"
    >
      <table>
        <thead>
          <tr>
            <th scope="col">At</th>
            {grid.rows.map((row, index) => (
              <th key={row.high} scope="col" className="num nowrap">
                {spanOf(grid, index)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.at.map((at, column) => (
            <tr key={at}>
              <th scope="row" className="num nowrap">
                {elapsed(at)}
              </th>
              {grid.rows.map((row, index) => (
                <td key={row.high} className="num">
                  {count(grid.counts[column]?.[index] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
