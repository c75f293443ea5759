import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { firstLoadBudget, precompressed } from './build/output';

// `npm run dev` talks to a server that runs beside it.
const server = process.env.PLANTAIN_SERVER ?? 'http://127.0.0.1:8080';
const passed = ['/v1', '/files', '/status.json', '/openapi.json', '/docs'];

export default defineConfig({
  plugins: [svelte(), firstLoadBudget(200_000), precompressed()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // a strict content policy takes no data: addresses for scripts and fonts
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // In one file what all pages have from others: a file for each icon would cost a call for each.
    rollupOptions: { output: { manualChunks: (id) => (id.includes('node_modules') ? 'library' : undefined) } },
  },
  server: {
    proxy: Object.fromEntries(
      passed.map((path) => [path, { target: server, changeOrigin: true, headers: { origin: server } }]),
    ),
  },
  test: { include: ['src/**/*.test.ts', 'build/**/*.test.ts'], testTimeout: 60_000 },
});
