/** What a run did over time: what was asked and achieved, how long answers took, and what failed. */
import { useMemo } from 'react';
import type { Line, Summary } from '../../api/loadtypes.ts';
import { useLive } from '../../live/context.ts';
import { LinesCard } from './LinesCard.tsx';
import { linesOf, regionColours } from './lines.ts';
import { useShared } from './useShared.ts';

export function Charts({ run }: { run: Summary }) {
  const { series } = run;
  const known = useLive((state) => state.dashboard?.live.regions.map((each) => each.region).join() ?? '');
  const regions = useMemo(() => Object.entries(series.by_region), [series]);
  const colours = regionColours(
    regions.map(([name]) => name),
    known.split(',').filter(Boolean),
  );
  const ofRegions = (part: (region: { achieved: Line; p95: Line; errors: Line }) => Line) =>
    regions.map(([name, region], index) => ({ name, colour: colours[index] ?? '', values: part(region) }));
  const shared = useShared(run);
  return (
    <div className="charts load-charts">
      <LinesCard
        {...shared}
        name="rate"
        title="Rate"
        unit="rps"
        lines={linesOf({ asked: series.asked, achieved: series.achieved }, [6, 0])}
      />
      <LinesCard
        {...shared}
        name="latency"
        title="Latency"
        hint="from when each was due"
        unit="ms"
        lines={linesOf({ p50: series.p50, p95: series.p95, p99: series.p99 }, [0, 1, 5])}
      />
      <LinesCard
        {...shared}
        name="errors"
        title="Errors"
        unit="share"
        lines={
          regions.length ? ofRegions((region) => region.errors) : linesOf({ errors: series.errors }, [1])
        }
      />
      {regions.length > 0 && (
        <LinesCard
          {...shared}
          name="regions"
          title="Latency p95 by region"
          unit="ms"
          lines={ofRegions((region) => region.p95)}
        />
      )}
    </div>
  );
}
