import { defineConfig } from 'vitest/config';
import { worldPlugin } from './build/world.ts';

export default defineConfig({
  plugins: [worldPlugin()],
  test: { environment: 'happy-dom', include: ['test/**/*.test.{ts,tsx}'] },
});
