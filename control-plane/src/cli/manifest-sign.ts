// clew manifest key FILE; clew manifest sign --key FILE.
import { createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compileManifests, publicKeyPem, signingKey, signManifestSet, type DsseEnvelope, type Manifest, type SigningKey } from '#contract';
import { MANIFEST_SIGNATURE } from '../adapters/files/index.ts';
import { manifestFaultLine, readManifest } from '../identity/index.ts';
import { resolvePath, UsageError } from './io.ts';

export async function makeKey(args: readonly string[], help: string): Promise<number> {
  const [file, ...more] = args;
  if (file === undefined || more.length > 0) throw new UsageError(help);
  const key = signingKey(randomBytes(32));
  try {
    await writeFile(resolvePath(file), key.privateKey.export({ format: 'pem', type: 'pkcs8' }), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new UsageError(`${file} cannot be made (${(error as NodeJS.ErrnoException).code ?? 'error'}). Give a path where nothing is yet.`);
  }
  process.stdout.write(`${JSON.stringify({ keyId: key.keyId, publicKey: publicKeyPem(key.publicKey) })}\n`);
  return 0;
}

export async function sign(args: readonly string[], help: string): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { key: { type: 'string' }, folder: { type: 'string' }, sequence: { type: 'string' } },
  });
  if (values.key === undefined) throw new UsageError(help);
  const key = await keyIn(values.key);
  const folder = resolvePath(values.folder ?? 'policies/manifests');
  const manifests = await manifestsIn(folder);
  const before = await lastSequence(path.join(folder, MANIFEST_SIGNATURE));
  const sequence = values.sequence === undefined ? before + 1 : Number(values.sequence);
  if (!Number.isSafeInteger(sequence) || sequence < 0) throw new UsageError('--sequence takes a whole number.');
  const { digest } = compileManifests(manifests);
  const file = path.join(folder, MANIFEST_SIGNATURE);
  await writeFile(file, `${JSON.stringify(signManifestSet({ set: digest, sequence }, key))}\n`);
  process.stdout.write(`${JSON.stringify({ file, set: digest, sequence, manifests: manifests.length, keyId: key.keyId })}\n`);
  return 0;
}

async function keyIn(file: string): Promise<SigningKey> {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(await readFile(resolvePath(file), 'utf8'));
  } catch {
    // Said below; the reader's own message could quote the file.
  }
  const seed = key?.asymmetricKeyType === 'ed25519' ? key.export({ format: 'jwk' }).d : undefined;
  if (seed === undefined) throw new UsageError(`${file} holds no Ed25519 private key. Make one with clew manifest key FILE.`);
  return signingKey(Buffer.from(seed, 'base64url'));
}

async function manifestsIn(folder: string): Promise<readonly Manifest[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) throw new UsageError(`${folder} holds no manifests (*.yaml).`);
  const readings = await Promise.all(names.map(async (name) => readManifest(await readFile(path.join(folder, name), 'utf8'), name)));
  const faults = readings.flatMap((reading) => (reading.ok ? [] : reading.faults));
  if (faults.length > 0) throw new UsageError(faults.map(manifestFaultLine).join('\n'));
  return readings.flatMap((reading) => (reading.ok ? [reading.manifest] : []));
}

async function lastSequence(file: string): Promise<number> {
  try {
    const { payload } = JSON.parse(await readFile(file, 'utf8')) as DsseEnvelope;
    const { sequence } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { sequence?: unknown };
    return typeof sequence === 'number' && Number.isSafeInteger(sequence) ? sequence : 0;
  } catch {
    // The first one, or a damaged one that is replaced.
    return 0;
  }
}
