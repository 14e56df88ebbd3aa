import { compileManifests, type DsseEnvelope, type Manifest, type ManifestSet } from '#contract';
import { ClewError, errorFields, type Logger } from '../../kernel/index.ts';
import { manifestFaultLine, readManifest, type ManifestFault } from './read.ts';

/** Where manifests come from. */
export interface ManifestSource {
  /** All files with their names; none where the folder is missing. */
  read(): Promise<readonly { readonly name: string; readonly text: string }[]>;
  /** The signature of the set, as `clew manifest sign` left it; undefined where there is none. */
  signature(): Promise<string | undefined>;
  /** Calls back after each change; answers how to stop. */
  watch(changed: () => void): () => void;
}

/** The manifests in force. */
export interface LiveManifests {
  current(): ManifestSet;
  /** That of the set in force, for gateways that ask for one; undefined where it is not signed. Nobody here has the key to check it. */
  signature(): DsseEnvelope | undefined;
  /** Reads the source again; answers whether it was taken. With faults in any file all of the last good ones stay. */
  reload(): Promise<boolean>;
  close(): void;
}

/** Throws ClewError policy_invalid: with a manifest left out, what it forbids would count as undeclared. */
export async function openManifests(source: ManifestSource, logger: Logger): Promise<LiveManifests> {
  const first = await load(source);
  if (!first.ok) throw new ClewError('policy_invalid', first.faults.map(manifestFaultLine).join('\n'), { extra: { faults: first.faults } });
  let inForce = first.set;
  let signature = await signatureOf(source, first.set, logger);

  async function reload(): Promise<boolean> {
    const next = await load(source);
    if (!next.ok) {
      logger.error('manifests_refused', { faults: next.faults.length, stays: inForce.digest });
      for (const fault of next.faults.slice(0, 20))
        logger.error('manifest_fault', { at: `${fault.file}:${fault.line}`, fault: manifestFaultLine(fault) });
      return false;
    }
    if (next.set.digest !== inForce.digest) logger.info('manifests_taken', { digest: next.set.digest, count: next.set.manifests.length });
    const signed = await signatureOf(source, next.set, logger);
    // Both at once: a set with the signature of another would be refused by gateways.
    inForce = next.set;
    signature = signed;
    return true;
  }

  // A file that goes while it is read, or may not be: the last good ones stay, and the next change is read again.
  const stop = source.watch(
    () => void reload().catch((error: unknown) => logger.error('manifests_unreadable', { stays: inForce.digest, ...errorFields(error) })),
  );
  return { current: () => inForce, signature: () => signature, reload, close: stop };
}

/** One that is of another set is left out: gateways would refuse it, and keep what they have. */
async function signatureOf(source: ManifestSource, { digest }: ManifestSet, logger: Logger): Promise<DsseEnvelope | undefined> {
  const text = await source.signature();
  if (text === undefined) return undefined;
  try {
    const envelope = JSON.parse(text) as DsseEnvelope;
    const { set } = JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')) as { set?: unknown };
    if (set === digest) return envelope;
  } catch {
    // Said below, like one of another set.
  }
  logger.warn('manifests_signature_stale', { set: digest, remedy: 'clew manifest sign' });
  return undefined;
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
