// What the control plane needs around it: Node, models, built parts, settings, policy, data folder, a free port.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { unsafePatternReason } from '#redact';
import { checkModels, MODELS_FOLDER } from '../../adapters/onnx/index.ts';
import { openSqlite } from '../../adapters/sqlite/index.ts';
import { ConfigError, readConfig, type Config } from '../../config.ts';
import { ClewError, systemClock } from '../../kernel/index.ts';
import { faultLine, isPurposeMissing, readPolicy } from '../../policies/index.ts';
import { bad, good, REMEDIES, type Finding } from './finding.ts';
import { ask } from './servers.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const MINIMUM_NODE = 24;
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'error';

/** `version` as in process.version. */
export function checkNode(version: string = process.version): Finding {
  const major = Number(/^v?(\d+)/.exec(version)?.[1]);
  return major >= MINIMUM_NODE ? good('node', version) : bad('node', version);
}

export function checkModelFiles(folder: string = MODELS_FOLDER): Finding {
  try {
    const faults = checkModels(folder);
    return faults.length === 0
      ? good('models', 'every file has its SHA-256')
      : bad('models', faults.map(({ file, problem }) => `${file}: ${problem}`).join('; '));
  } catch (error) {
    return bad('models', error instanceof ClewError ? error.message : 'cannot be read');
  }
}

export function checkBuilt(root: string = ROOT): readonly Finding[] {
  const parts = [
    ['plugin', 'plugin/dist/clew/clew.cjs'],
    ['page', 'control-plane/web/dist/index.html'],
  ] as const;
  return parts.map(([name, file]) => (existsSync(path.join(root, file)) ? good(name, 'built') : bad(name, 'not built')));
}

/** The settings, where they can be used, and what was found of them. */
export function checkSettings(env: Readonly<Record<string, string | undefined>>): {
  readonly config?: Config;
  readonly findings: readonly Finding[];
} {
  try {
    return { config: readConfig(env), findings: [good('settings', 'every key can be used')] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      findings: error.faults.map(({ key, expected, consequence }) => ({
        name: `settings ${key}`,
        ok: false,
        found: `expected ${expected}`,
        remedy: `${REMEDIES.settings} As it is, ${consequence}.`,
      })),
    };
  }
}

export function checkPolicy({ policyFile }: Pick<Config, 'policyFile'>): Finding {
  try {
    const reading = readPolicy(readFileSync(policyFile, 'utf8'), path.basename(policyFile), unsafePatternReason);
    if (reading.ok && isPurposeMissing(reading.loaded.policy)) {
      return bad('policy', 'keeps text without saying purpose and legalBasis', 'A changed policy is not taken without them.');
    }
    if (reading.ok) return good('policy', 'valid');
    return bad('policy', `${reading.faults.length} faults`, `${reading.faults.map(faultLine).join('\n      ')}\n     `);
  } catch (error) {
    return bad('policy', `cannot be read (${codeOf(error)})`);
  }
}

export async function checkPort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Finding> {
  const server = net.createServer();
  const code = await new Promise<string | undefined>((resolve) => {
    server.once('error', (error) => resolve(codeOf(error)));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (code === undefined) return good('port', `${port} is free`);
  if (code !== 'EADDRINUSE') return bad('port', `${port} cannot be used (${code})`, 'Set CLEW_HOST to an address of this machine.');
  return (await isControlPlane(`http://${host}:${port}`))
    ? good('port', `${port}: a control plane answers`)
    : bad('port', `${port} is in use by another program`);
}

export async function checkData({ dataFolder, host, port }: Pick<Config, 'dataFolder' | 'host' | 'port'>): Promise<Finding> {
  try {
    if (!existsSync(dataFolder)) return good('data folder', 'not there yet; made at the first start');
    accessSync(dataFolder, constants.R_OK | constants.W_OK);
    const store = openSqlite({ folder: dataFolder, clock: systemClock });
    const faults = store.check();
    const { waiting, buried } = await store.journal.depth();
    await store.close();
    if (faults.length > 0) return bad('data folder', faults.join('; '), 'Restore clew.db from a backup.');
    return good('data folder', `sound; ${waiting} samples wait, ${buried} could not be processed`);
  } catch (error) {
    if (!(error instanceof ClewError)) return bad('data folder', `cannot be used (${codeOf(error)})`);
    if (error.code === 'locked' && (await isControlPlane(`http://${host}:${port}`)))
      return good('data folder', 'in use by the running control plane');
    return bad('data folder', error.message, error.remedy);
  }
}

/** Another program may answer there too; only ours answers its own question of health. */
async function isControlPlane(url: string): Promise<boolean> {
  const answer = await ask(`${url}/healthz`);
  return answer?.status === 200;
}
