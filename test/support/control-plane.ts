// A control plane in this process: real store in a folder of its own, small models unless real ones are asked for.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Overrides } from '../../control-plane/src/compose-base.ts';
import { compose, type ControlPlane } from '../../control-plane/src/compose.ts';
import { readConfig } from '../../control-plane/src/config.ts';
import { silentLogger } from '../../control-plane/src/kernel/index.ts';
import { fakeEmbedder, fakeNameFinder, type FakeEmbedder, type FakeNameFinder } from './fakes/models.ts';

export const ADMIN_TOKEN = 'an-admin-token-for-tests';
export const bearer = (token: string = ADMIN_TOKEN): Readonly<Record<string, string>> => ({ Authorization: `Bearer ${token}` });

export interface TestPlane {
  readonly plane: ControlPlane;
  readonly app: ControlPlane['app'];
  readonly folder: string;
  readonly embedder: FakeEmbedder;
  readonly names: FakeNameFinder;
  /** Waits until nothing waits in the journal; throws after the time. */
  settled(timeoutMs?: number): Promise<void>;
  /** Stops; the folder stays when it is to be opened again. */
  close(options?: { readonly keepFolder?: boolean }): Promise<void>;
}

export async function startPlane(
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly overrides?: Overrides;
    readonly folder?: string;
    readonly paused?: boolean;
  } = {},
): Promise<TestPlane> {
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'clew-plane-'));
  const embedder = fakeEmbedder();
  const names = fakeNameFinder();
  const config = readConfig({ CLEW_DATA: folder, CLEW_ADMIN_TOKEN: ADMIN_TOKEN, ...options.env });
  const plane = await compose(config, { logger: silentLogger, embedder, nameFinder: names, ...options.overrides });
  if (options.paused !== true) plane.start();
  return {
    plane,
    app: plane.app,
    folder,
    embedder,
    names,
    async settled(timeoutMs = 10_000) {
      const end = performance.now() + timeoutMs;
      while ((await plane.depth()).waiting > 0) {
        if (performance.now() > end) throw new Error('Samples still wait');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async close({ keepFolder = false } = {}) {
      await plane.close();
      if (!keepFolder) for (const one of [folder, `${folder}.erasures`]) rmSync(one, { recursive: true, force: true });
    },
  };
}

let counter = 0;

/** A valid sample; fields given replace those of it, undefined ones are left out. */
export function sample(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  counter += 1;
  const base: Readonly<Record<string, unknown>> = {
    version: 1,
    id: `sample-${counter}`,
    startedAt: new Date(Date.now() - 60_000 + counter).toISOString(),
    principal: { id: 'p_someone', source: 'header:x-user', trust: 'asserted' },
    dialect: 'openai.chat',
    prompt: { text: 'How do I repot a lemon tree?' },
  };
  return Object.fromEntries(Object.entries({ ...base, ...fields }).filter(([, value]) => value !== undefined));
}

export const ndjson = (samples: readonly unknown[]): string => samples.map((one) => JSON.stringify(one)).join('\n');
