// Set-up of the tests that start the plugin or show the page: what they load is built from today's sources, once, before any of them.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** Folder of the page as it is shipped. */
export const PAGE = path.join(root, 'control-plane/web/dist');

/** About 0.1 s where nothing is stale. */
export function setup(): void {
  // Test runners name another NODE_ENV, under which React's development build would be packed.
  const env = { ...process.env, NODE_ENV: 'production' };
  const built = spawnSync(process.execPath, [path.join(root, 'scripts/run.mjs'), 'build'], { env, stdio: ['ignore', 'ignore', 2] });
  if (built.status !== 0) throw new Error(`The plugin and the page could not be built (exit ${built.status}): npm run build`);
}
