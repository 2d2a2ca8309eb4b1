import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { packedPlugin } from './build/packed.ts';
import { worldPlugin } from './build/world.ts';

const CONTROL = process.env.MERIDIAN_URL ?? 'http://127.0.0.1:4180';

export default defineConfig({
  base: '/infrastructure/monitoring/',
  plugins: [react(), worldPlugin(), packedPlugin()],
  server: {
    port: 4170,
    proxy: { '^/infrastructure/(?!monitoring)': CONTROL },
  },
  build: {
    target: 'es2022',
    outDir: process.env.MERIDIAN_DASHBOARD_OUT ?? '../../src/meridian/dashboard/static',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
