import { describe, expect, it } from 'vitest';
import { compileManifests, signingKey, signManifestSet, type Manifest, type SigningKey } from '#contract';
import { ManifestPoller } from '../../../../plugin/src/manifests/index.ts';
import type { StoredPolicy } from '../../../../plugin/src/policy/index.ts';

const manifest = (name: string, revision = '1'): Manifest => ({ version: 1, name, revision, enforce: 'block' });
const bodyOf = (manifests: readonly Manifest[], signed?: { readonly key: SigningKey; readonly sequence: number }) => {
  const { digest: set } = compileManifests(manifests);
  return {
    items: manifests.map((one) => ({ id: one.name, manifest: one })),
    next: null,
    set,
    ...(signed ? { signature: signManifestSet({ set, sequence: signed.sequence }, signed.key) } : {}),
  };
};
const key = signingKey(new Uint8Array(32).fill(4));
const stranger = signingKey(new Uint8Array(32).fill(5));

function poller(answers: unknown[], options: { readonly key?: SigningKey; readonly kept?: StoredPolicy } = {}) {
  const warnings: string[] = [];
  const asked: (string | null)[] = [];
  const saved: StoredPolicy[] = [];
  const instance = new ManifestPoller({
    url: 'http://plane',
    token: 't',
    everyMs: 1000,
    timeoutMs: 100,
    key: options.key?.publicKey,
    warn: (text) => warnings.push(text),
    store: { load: () => options.kept, save: (stored) => Promise.resolve(void saved.push(stored)) },
    fetch: (_url, init) => {
      asked.push(new Headers(init?.headers).get('if-none-match'));
      const answer = answers.shift();
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve(
            answer instanceof Response ? answer : new Response(JSON.stringify(answer), { headers: { etag: `"${asked.length}"` } }),
          );
    },
  });
  const names = () => instance.current().manifests.map(({ manifest: { name, revision } }) => `${name} ${revision}`);
  return { instance, warnings, asked, saved, names };
}

describe('the manifests in force', () => {
  it('are taken whole, by ETag, and the last good ones stay', async () => {
    const { instance, names, warnings, asked, saved } = poller([
      bodyOf([manifest('a'), manifest('b')]),
      new Response(null, { status: 304 }),
      { ...bodyOf([manifest('c')]), items: [{ manifest: { ...manifest('c'), enforce: 'destroy' } }] },
      { ...bodyOf([manifest('a'), manifest('b')]), items: [{ manifest: manifest('a') }] },
      { items: 'none' },
      new Response('<html>', { headers: { etag: '"x"' } }),
      new Error('away'),
      bodyOf([]),
    ]);
    await instance.poll();
    for (let n = 0; n < 6; n += 1) {
      expect(names()).toEqual(['a 1', 'b 1']);
      await instance.poll();
    }
    expect(names()).toEqual(['a 1', 'b 1']);
    await instance.poll();
    expect(names()).toEqual([]);
    expect(asked.slice(0, 4)).toEqual([null, '"1"', '"1"', '"1"']);
    expect(saved).toHaveLength(2);
    expect(warnings).toHaveLength(5);
    expect(warnings.join()).not.toContain('destroy');
  });

  it('come from disk where the control plane is away', async () => {
    const kept = { etag: '"old"', text: JSON.stringify(bodyOf([manifest('kept')])) };
    const { instance, names, asked } = poller([new Error('away')], { kept });
    expect(names()).toEqual(['kept 1']);
    await instance.poll();
    expect(names()).toEqual(['kept 1']);
    expect(asked).toEqual(['"old"']);
    expect(poller([], { kept: { etag: undefined, text: '{' } }).names()).toEqual([]);
  });

  it('are those that the key signed, never older, never two of one number', async () => {
    const by = (sequence: number, signer = key) => ({ key: signer, sequence });
    const { instance, names, warnings } = poller(
      [
        bodyOf([manifest('unsigned')]),
        bodyOf([manifest('forged')], by(9, stranger)),
        { ...bodyOf([manifest('swapped')]), signature: bodyOf([manifest('good')], by(9)).signature },
        bodyOf([manifest('good', '2')], by(5)),
        bodyOf([manifest('good', '1')], by(4)),
        bodyOf([manifest('other')], by(5)),
        bodyOf([manifest('good', '3')], by(6)),
      ],
      { key },
    );
    const seen: string[][] = [];
    for (let n = 0; n < 7; n += 1) {
      await instance.poll();
      seen.push(names());
    }
    expect(seen).toEqual([[], [], [], ['good 2'], ['good 2'], ['good 2'], ['good 3']]);
    expect(warnings.map((line) => /: (.*);/.exec(line)?.[1])).toEqual([
      'it is not signed with manifest_key (see `clew manifest sign`)',
      'its signature is of another set',
      'number 4 is older than 5, which was taken before',
      'another set has the number 5',
    ]);
  });

  it('on disk cannot be those of another key', () => {
    const kept = { etag: undefined, text: JSON.stringify(bodyOf([manifest('kept')], { key: stranger, sequence: 1 })) };
    expect(poller([], { key, kept }).names()).toEqual([]);
  });
});
