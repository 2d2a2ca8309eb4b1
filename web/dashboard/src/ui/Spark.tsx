/** A line of the last minutes, small, without axes. */

const WIDTH = 300;
const HEIGHT = 28;
/** Seconds that the whole width is at least. */
const SHORTEST = 60;

export function Spark({ values, kept }: { values: readonly (number | null)[]; kept: number }) {
  const shown = Math.min(kept, Math.max(SHORTEST, values.length));
  const line = sparkPath(values, shown, WIDTH, HEIGHT);
  if (!line) return <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" />;
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path className="spark-area" d={`${line}V${HEIGHT}H${start(values.length, shown).toFixed(1)}Z`} />
      <path d={line} />
    </svg>
  );
}

function start(length: number, kept: number): number {
  return WIDTH - ((length - 1) / (kept - 1)) * WIDTH;
}

/** From zero up, the newest at the right; gaps are bridged, as a pixel is several seconds. '' where there is no line yet. */
export function sparkPath(
  values: readonly (number | null)[],
  kept: number,
  width: number,
  height: number,
): string {
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  const points: string[] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const x = width - ((values.length - 1 - index) / (kept - 1)) * width;
    const y = most > 0 ? height - 1.5 - (value / most) * (height - 4) : height - 1.5;
    points.push(`${x.toFixed(1)} ${y.toFixed(1)}`);
  });
  return points.length > 1 ? `M${points.join('L')}` : '';
}
