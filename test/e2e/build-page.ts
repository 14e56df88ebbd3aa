import path from 'node:path';
import { build } from 'vite';

const config = path.resolve(import.meta.dirname, '../../control-plane/web/vite.config.ts');

/** The page as it is shipped: test runners name another NODE_ENV, under which React's development build would be packed. */
export async function buildPage(folder: string): Promise<void> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ configFile: config, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  } finally {
    process.env['NODE_ENV'] = before;
  }
}
