// The store without a server: for what moves all of it.
import { policyFile } from '../adapters/files/index.ts';
import { createLogger } from '../adapters/pino/index.ts';
import { openSqlite } from '../adapters/sqlite/index.ts';
import { unsafePatternReason } from '#redact';
import { openAlone } from '../compose-embedding.ts';
import { openOutsideVectors } from '../compose-outside.ts';
import { readConfig } from '../config.ts';
import { silentLogger, systemClock } from '../kernel/index.ts';
import { openPolicy } from '../policies/index.ts';
import type { Mover } from '../reembed/index.ts';

/** Throws locked where a server has the folder, and what a wrong model name makes. */
export async function openOffline(
  model: string,
  folder: string | undefined,
): Promise<{ readonly mover: Mover; readonly modelId: string; close(): Promise<void> }> {
  const env = process.env;
  const config = readConfig(folder === undefined ? env : { ...env, CLEW_DATA: folder }, env['CLEW_CALLED_FROM'] ?? process.cwd());
  const live = await openPolicy(policyFile(config.policyFile), unsafePatternReason, silentLogger);
  const store = openSqlite({ folder: config.dataFolder, clock: systemClock });
  const closers: (() => Promise<void> | void)[] = [() => store.close(), () => live.close()];
  const close = async (): Promise<void> => {
    for (const one of closers.toReversed()) await one();
  };
  try {
    const outside = await openOutsideVectors(config);
    if (outside) closers.push(() => outside.close());
    const alone = await openAlone({ config, store, outside, live, clock: systemClock, logger: createLogger('silent') }, model);
    closers.push(() => alone.close());
    return { mover: alone.mover, modelId: alone.modelId, close };
  } catch (error) {
    await close();
    throw error;
  }
}
