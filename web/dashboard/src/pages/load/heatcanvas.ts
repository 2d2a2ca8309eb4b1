/** Draws a heatmap on a canvas, in the theme's colours. */
import { resolved } from '../../charts/colours.ts';
import { between, warmth, type Grid } from './heat.ts';

/** Colours from little to much, as the page's theme has them now. */
export function stopsOf(): string[] {
  return [1, 2, 3, 4, 5].map((index) => resolved(`var(--heat-${index})`));
}

/** start, filled: where columns begin, and how much of the width they have, as shares of it. Edges of cells are whole pixels, so that none overlap. */
export function draw(
  canvas: HTMLCanvasElement,
  grid: Grid,
  { width, height, start, filled }: { width: number; height: number; start: number; filled: number },
): void {
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const paint = canvas.getContext('2d');
  if (!paint) return;
  const stops = stopsOf();
  const [columns, rows] = [grid.at.length, grid.rows.length];
  const x = (column: number) => Math.round((start + (column / columns) * filled) * canvas.width);
  const y = (row: number) => Math.round((1 - row / rows) * canvas.height);
  paint.clearRect(0, 0, canvas.width, canvas.height);
  grid.counts.forEach((counts, column) => {
    counts.forEach((n, row) => {
      if (!n) return;
      paint.fillStyle = between(stops, warmth(n, grid.most));
      paint.fillRect(x(column), y(row + 1), x(column + 1) - x(column), y(row) - y(row + 1));
    });
  });
}
