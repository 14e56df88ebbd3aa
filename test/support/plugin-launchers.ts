import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Launcher } from '../../plugin/trial-gateway/index.ts';

const root = path.join(import.meta.dirname, '..', '..');
const pluginsDirectory = path.join(root, 'test', 'fixtures', 'kong', 'probe');

/** The plugin server that Kong publishes, with our probe plugin. */
export const stockLauncher: Launcher = {
  script: path.join(root, 'node_modules', 'kong-pdk', 'bin', 'kong-js-pluginserver'),
  pluginsDirectory,
};

/** Our own start of it, as built. */
export const ownLauncher: Launcher = { script: path.join(root, 'plugin', 'dist', 'launcher.cjs'), pluginsDirectory };

/** Both, so that one suite shows that they are the same to Kong. Fails where the build is missing. */
export function launchers(): readonly (readonly [name: string, launcher: Launcher])[] {
  if (!existsSync(ownLauncher.script)) throw new Error('plugin/dist/launcher.cjs is missing: npm run build');
  return [
    ['kong-js-pluginserver', stockLauncher],
    ['our launcher', ownLauncher],
  ];
}
