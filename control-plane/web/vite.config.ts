// Builds the page into dist/, which the control plane serves under a policy that allows nothing inline and nothing from
// elsewhere: so no asset may be inlined, and no second script may be injected.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const CONTROL_PLANE_PORT = process.env['CLEW_PORT'] ?? '8787';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome125', 'firefox125', 'safari17.5'],
    reportCompressedSize: true,
  },
  server: { host: '127.0.0.1', proxy: { '/v1': `http://127.0.0.1:${CONTROL_PLANE_PORT}` } },
});
