import { compileManifests, type Manifest, type ManifestSet } from '#contract';
import { ClewError, type Logger } from '../../kernel/index.ts';
import { manifestFaultLine, readManifest, type ManifestFault } from './read.ts';

/** Where manifests come from. */
export interface ManifestSource {
  /** All files with their names; none where the folder is missing. */
  read(): Promise<readonly { readonly name: string; readonly text: string }[]>;
  /** Calls back after each change; answers how to stop. */
  watch(changed: () => void): () => void;
}

/** The manifests in force. */
export interface LiveManifests {
  current(): ManifestSet;
  /** Reads the source again; answers whether it was taken. With faults in any file all of the last good ones stay. */
  reload(): Promise<boolean>;
  close(): void;
}

/** Throws ClewError policy_invalid: with a manifest left out, what it forbids would count as undeclared. */
export async function openManifests(source: ManifestSource, logger: Logger): Promise<LiveManifests> {
  const first = await load(source);
  if (!first.ok) throw new ClewError('policy_invalid', first.faults.map(manifestFaultLine).join('\n'), { extra: { faults: first.faults } });
  let inForce = first.set;

  async function reload(): Promise<boolean> {
    const next = await load(source);
    if (!next.ok) {
      logger.error('manifests_refused', { faults: next.faults.length, stays: inForce.digest });
      for (const fault of next.faults.slice(0, 20))
        logger.error('manifest_fault', { at: `${fault.file}:${fault.line}`, fault: manifestFaultLine(fault) });
      return false;
    }
    if (next.set.digest !== inForce.digest) logger.info('manifests_taken', { digest: next.set.digest, count: next.set.manifests.length });
    inForce = next.set;
    return true;
  }

  const stop = source.watch(() => void reload());
  return { current: () => inForce, reload, close: stop };
}

type Loading = { readonly ok: true; readonly set: ManifestSet } | { readonly ok: false; readonly faults: readonly ManifestFault[] };

async function load(source: ManifestSource): Promise<Loading> {
  const manifests: Manifest[] = [];
  const faults: ManifestFault[] = [];
  const files = new Map<string, string>();
  for (const { name: file, text } of await source.read()) {
    const reading = readManifest(text, file);
    if (!reading.ok) {
      faults.push(...reading.faults);
      continue;
    }
    const { name } = reading.manifest;
    const other = files.get(name);
    if (other !== undefined) faults.push({ file, line: 1, field: 'name', expected: `a name that ${other} does not have` });
    files.set(name, file);
    manifests.push(reading.manifest);
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, set: compileManifests(manifests) };
}
