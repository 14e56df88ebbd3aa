// Bundles and logs against code that nobody of this project wrote: golang.org/x/mod/sumdb/note and tlog, go-securesystemslib
// for DSSE, transparency-dev/merkle for the proofs a second time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envelopeLeaf, publicKeyPem, signingKey, type Bundle } from '../../plugin/src/contract/index.ts';
import { verifyBundle, VerifyError } from '../../control-plane/src/identity/index.ts';
import { formatCheckpoint } from '../../control-plane/src/identity/log/checkpoint.ts';
import { formatNote, signNote, vkeyOf } from '../../control-plane/src/identity/log/note.ts';
import { consistencyProof, inclusionProof, rootOf } from '../../control-plane/src/identity/log/prove.ts';
import { tileKey, tilePath } from '../../control-plane/src/identity/log/tiles.ts';
import { formatProof } from '../../control-plane/src/identity/log/tlog-proof.ts';
import { crosscheckBundles, crosscheckLog, provideCrosscheck } from '../support/crosscheck.ts';
import { memoryTree } from '../support/memory-tree.ts';
import { randomStatements } from '../support/random-runs.ts';

const BUNDLES = 1_000;
const MUTANTS = 10_000;
const SEED = 20_260_707;
const seed = (text: string): Buffer => createHash('sha256').update(text).digest();
const gateway = signingKey(seed('gateway'));
const logKey = signingKey(seed('log'));
const ORIGIN = 'clew/test/default/default';
const vkey = vkeyOf(ORIGIN, logKey.publicKey);
const gatewayKey = publicKeyPem(gateway.publicKey);
const folder = mkdtempSync(path.join(tmpdir(), 'clew-crosscheck-'));
const pemFile = path.join(folder, 'gateway.pem');

beforeAll(() => {
  provideCrosscheck();
  writeFileSync(pemFile, gatewayKey);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const signedCheckpoint = (size: number, root: Buffer): string => {
  const body = formatCheckpoint({ origin: ORIGIN, size, root });
  return formatNote({ text: body, signatures: [signNote(body, ORIGIN, logKey)] });
};

async function makeBundles(): Promise<Bundle[]> {
  const envelopes = randomStatements(BUNDLES, SEED, gateway);
  const tree = memoryTree();
  tree.add(envelopes.map((envelope) => envelopeLeaf(envelope) ?? Buffer.alloc(32)));
  return Promise.all(
    envelopes.map(async (envelope, index) => {
      // Each in a checkpoint of its own size: from the one that just holds it to the largest.
      const size = index + 1 + ((index * 7_919) % (BUNDLES - index));
      const checkpoint = signedCheckpoint(size, await rootOf(tree, size));
      const proof = formatProof({ index, path: await inclusionProof(tree, index, size), checkpoint });
      return { envelope: envelope as Bundle['envelope'], proof, vkey, gatewayKey };
    }),
  );
}

function ours(line: string): { readonly ok: boolean; readonly says: string } {
  try {
    const { payload } = verifyBundle(JSON.parse(line), { vkey, gatewayKey });
    return { ok: true, says: createHash('sha256').update(payload).digest('hex') };
  } catch (error) {
    if (error instanceof VerifyError || error instanceof SyntaxError) return { ok: false, says: error.name };
    throw error;
  }
}

function theirs(name: string, lines: readonly string[]): ReturnType<typeof crosscheckBundles> {
  const file = path.join(folder, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return crosscheckBundles(file, vkey, pemFile);
}

const payloadDigest = ({ envelope }: Bundle): string => createHash('sha256').update(Buffer.from(envelope.payload, 'base64')).digest('hex');

describe('bundles', () => {
  let bundles: readonly Bundle[] = [];
  beforeAll(async () => {
    bundles = await makeBundles();
  });

  it(`${BUNDLES} at random hold here and there`, () => {
    const lines = bundles.map((bundle) => JSON.stringify(bundle));
    const expected = bundles.map((bundle) => ({ ok: true, says: payloadDigest(bundle) }));
    expect(lines.map(ours)).toEqual(expected);
    expect(theirs('bundles.jsonl', lines)).toEqual(expected);
  });

  it(`${MUTANTS} mutants fail, or prove the identical payload, here and there; and what holds here holds there`, () => {
    const mutants = fc.sample(mutations(bundles), { numRuns: MUTANTS, seed: SEED });
    const [here, there] = [
      mutants.map(({ line }) => ours(line)),
      theirs(
        'mutants.jsonl',
        mutants.map(({ line }) => line),
      ),
    ];
    expect(there).toHaveLength(MUTANTS);
    const wrong = mutants.flatMap(({ original, line }, index) => {
      const [own, other] = [here[index], there[index]];
      const isHonest = [own, other].every((answer) => answer?.ok === false || answer?.says === payloadDigest(original));
      return isHonest && (own?.ok !== true || other?.ok === true) ? [] : [{ line, own, other }];
    });
    // A few are enough to see.
    expect(wrong.slice(0, 3)).toEqual([]);
    // The mutations do bite: nearly all of them.
    expect(here.filter(({ ok }) => !ok).length).toBeGreaterThan(MUTANTS * 0.9);
  }, 180_000);
});

interface Mutant {
  readonly original: Bundle;
  readonly line: string;
}

/** What somebody might change: characters anywhere, fields exchanged with those of other bundles, bytes within base64, lines of the proof. */
function mutations(bundles: readonly Bundle[]): fc.Arbitrary<Mutant> {
  const one = fc.constantFrom(...bundles);
  const printable = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
  const characters = fc
    .tuple(one, fc.array(fc.tuple(fc.nat(), printable), { minLength: 1, maxLength: 4 }))
    .map(([original, changes]): Mutant => {
      const units = Array.from(JSON.stringify(original));
      for (const [at, unit] of changes) units[at % units.length] = unit;
      return { original, line: units.join('') };
    });
  const exchanged = fc
    .tuple(one, one, fc.constantFrom('envelope' as const, 'proof' as const))
    .map(([original, other, field]): Mutant => ({ original, line: JSON.stringify({ ...original, [field]: other[field] }) }));
  const bits = fc
    .tuple(one, fc.constantFrom('payload' as const, 'sig' as const), fc.nat(), fc.integer({ min: 0, max: 7 }))
    .map(([original, field, at, bit]): Mutant => {
      const { envelope } = original;
      const flip = (base64: string): string => {
        const bytes = Buffer.from(base64, 'base64');
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
        return bytes.toString('base64');
      };
      const changed =
        field === 'payload'
          ? { ...envelope, payload: flip(envelope.payload) }
          : { ...envelope, signatures: envelope.signatures.map((signature) => ({ ...signature, sig: flip(signature.sig) })) };
      return { original, line: JSON.stringify({ ...original, envelope: changed }) };
    });
  const lines = fc
    .tuple(one, fc.nat(), fc.nat(), fc.constantFrom('drop', 'double', 'swap', 'index', 'size'))
    .map(([original, a, b, what]): Mutant => {
      const proof = original.proof.split('\n');
      const [i, j] = [a % proof.length, b % proof.length];
      if (what === 'drop') proof.splice(i, 1);
      else if (what === 'double') proof.splice(i, 0, proof[i] ?? '');
      else if (what === 'swap') [proof[i], proof[j]] = [proof[j] ?? '', proof[i] ?? ''];
      else if (what === 'index') proof[1] = `index ${b % (BUNDLES + 10)}`;
      else proof[proof.indexOf('') + 2] = String(1 + (b % BUNDLES));
      return { original, line: JSON.stringify({ ...original, proof: proof.join('\n') }) };
    });
  const structure = fc.tuple(one, fc.constantFrom('type', 'none', 'twice', 'extra', 'url')).map(([original, what]): Mutant => {
    const { envelope } = original;
    const changed = {
      type: { ...envelope, payloadType: 'application/json' },
      none: { ...envelope, signatures: [] },
      twice: { ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] },
      extra: { ...envelope, extra: 1 },
      url: { ...envelope, payload: envelope.payload.replaceAll('+', '-').replaceAll('/', '_') },
    }[what];
    return { original, line: JSON.stringify({ ...original, envelope: changed }) };
  });
  return fc.oneof(characters, exchanged, bits, lines, structure);
}

/** For machines without jq: as much of it as the commands use. */
const JQ = `command -v jq > /dev/null || jq() { "${process.execPath}" -e '
  const [how, where, file] = process.argv.slice(1);
  const value = (where.match(/[A-Za-z]+|[0-9]+/g) ?? []).reduce((of, key) => of[key], JSON.parse(require("fs").readFileSync(file, "utf8")));
  console.log(how === "-c" ? JSON.stringify(value) : value);' -- "$@"; }`;

describe('the commands of the documentation', () => {
  it('check a signature and its place in the log without code of ours, and refuse what was changed', async () => {
    const [bundle = expect.fail('none')] = await makeBundles();
    const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/IDENTITY.md'), 'utf8');
    const [signature = '', inclusion = ''] = (page.split("### Without Clew's code")[1] ?? '')
      .split('\n')
      .map((line) => (line.startsWith('    ') ? line.slice(4) : ''))
      .join('\n')
      .split(/\n{2,}/)
      .filter((block) => block.trim() !== '');
    const clone = path.join(folder, 'clone');
    mkdirSync(path.join(clone, 'test', 'crosscheck'), { recursive: true });
    cpSync(path.resolve(import.meta.dirname, '../crosscheck/log'), path.join(clone, 'test', 'crosscheck', 'log'), { recursive: true });
    writeFileSync(path.join(clone, 'gateway.pem'), gatewayKey);
    writeFileSync(path.join(clone, 'log.vkey'), vkey);
    const run = (script: string, what: Bundle) => {
      writeFileSync(path.join(clone, 'bundle.json'), JSON.stringify(what, null, 2));
      return spawnSync('bash', ['-c', `set -e -o pipefail\n${JQ}\n${script}`], { cwd: clone, encoding: 'utf8' });
    };
    const changed: Bundle = {
      ...bundle,
      envelope: {
        ...bundle.envelope,
        payload: Buffer.from(`${Buffer.from(bundle.envelope.payload, 'base64').toString()} `).toString('base64'),
      },
    };
    expect(run(signature, bundle)).toMatchObject({ status: 0, stdout: 'Signature Verified Successfully\n' });
    expect(run(signature, changed).status).not.toBe(0);
    expect(run(inclusion, bundle).stdout).toBe(`ok ${payloadDigest(bundle)}\n`);
    expect(run(inclusion, { ...bundle, proof: bundle.proof.replace('index 0', 'index 1') }).stdout).toMatch(/^no /);
  }, 120_000);
});

describe('a log in files', () => {
  it('has checkpoints, tiles and consistency proofs that hold there', async () => {
    const sizes = [1, 2, 3, 255, 256, 257, 511, 1_000, 65_535, 65_536, 65_537, 70_001];
    const tree = memoryTree();
    const logFolder = path.join(folder, 'log');
    mkdirSync(path.join(logFolder, 'checkpoints'), { recursive: true });
    for (const size of sizes) {
      tree.add(Array.from({ length: size - tree.size }, (_, index) => seed(`leaf ${tree.size + index}`)));
      writeFileSync(path.join(logFolder, 'checkpoints', String(size)), signedCheckpoint(size, await rootOf(tree, size)));
    }
    await writeTiles(tree, path.join(logFolder, 'tile'));
    const proofs = [];
    for (const [index, old] of sizes.entries())
      for (const next of sizes.slice(index + 1))
        proofs.push({ old, new: next, hashes: (await consistencyProof(tree, old, next)).map((hash) => hash.toString('base64')) });
    writeFileSync(path.join(logFolder, 'consistency.json'), JSON.stringify(proofs));
    expect(crosscheckLog(logFolder, vkey)).toBe('ok 12 checkpoints 66 proofs size 70001');
    // A hash that is changed anywhere is found.
    writeFileSync(path.join(logFolder, 'tile', '1', '000'), Buffer.alloc(256 * 32));
    expect(() => crosscheckLog(logFolder, vkey)).toThrow(/refused/);
  });
});

async function writeTiles(tree: ReturnType<typeof memoryTree>, target: string): Promise<void> {
  for (let level = 0, count = tree.size; count > 0; level += 1, count = Math.floor(count / 256)) {
    for (let number = 0; number * 256 < count; number += 1) {
      const hashes = (await tree.tiles([{ level, number }])).get(tileKey({ level, number })) ?? new Uint8Array();
      const file = path.join(target, tilePath({ level, number, width: hashes.length / 32 }));
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, hashes);
    }
  }
}
