// Builds what a gateway runs: plugin/dist/clew/clew.cjs, the one file in the folder that Kong's plugin server reads, and
// plugin/dist/launcher.cjs, which starts that server. The plugin has no externals but Node's own modules; the launcher
// takes kong-pdk from node_modules, because it is started, not copied.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Writes both bundles below a folder inside the repository, so that the launcher finds its packages. */
export async function buildPlugin(outputDirectory: string): Promise<{ plugin: string; launcher: string }> {
  const plugin = path.join(outputDirectory, 'clew', 'clew.cjs');
  const launcher = path.join(outputDirectory, 'launcher.cjs');
  fs.rmSync(path.dirname(plugin), { recursive: true, force: true });
  const shared = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.12',
    logLevel: 'warning',
    legalComments: 'inline',
  } as const;
  await Promise.all([
    build({ ...shared, entryPoints: ['plugin/src/index.ts'], outfile: plugin }),
    build({ ...shared, entryPoints: ['plugin/src/launcher/main.ts'], outfile: launcher }),
  ]);
  return { plugin, launcher };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildPlugin(path.join(root, 'plugin', 'dist'));
}
