// Whoever answers in the control plane's place: what a gateway that knows the key takes, and what it never gives up.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { canonicalDigest, POLICY_SIGNATURE_HEADER, signingKey, signPolicy, type Policy, type SigningKey } from '#contract';
import { createRedactor } from '#redact';
import { readConfig } from '../../../../plugin/src/config.ts';
import { modeFor, PolicyFile, PolicyPoller, redactionAboveFloor, type PolicyStore } from '../../../../plugin/src/policy/index.ts';
import { policyFile } from '../../../../plugin/src/runtimes.ts';
import { spoolSealer } from '../../../../plugin/src/ship/index.ts';
import { StandInRoute } from '../../../../plugin/src/upstream/index.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-signed-'));
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});
const key = signingKey(new Uint8Array(32).fill(4));
const stranger = signingKey(new Uint8Array(32).fill(5));
const named = (name: string, fields: Partial<Policy> = {}): Policy => ({ version: 1, name, ...fields });

interface Answer {
  readonly policy: unknown;
  readonly signature?: string | undefined;
}
const signed = (policy: Policy, sequence: number, by: SigningKey = key): Answer => ({
  policy,
  signature: signPolicy({ policy: canonicalDigest(policy), sequence }, by),
});

function gateway(store?: PolicyStore, isPinned = true) {
  const warnings: string[] = [];
  let next: Answer = { policy: null };
  const poller = new PolicyPoller({
    url: 'http://plane',
    token: 't',
    everyMs: 1000,
    timeoutMs: 100,
    key: isPinned ? key.publicKey : undefined,
    accept: () => undefined,
    warn: (text) => warnings.push(text),
    store,
    fetch: () => {
      const headers = next.signature === undefined ? {} : { [POLICY_SIGNATURE_HEADER]: next.signature };
      return Promise.resolve(new Response(JSON.stringify(next.policy), { headers }));
    },
  });
  const name = (): string | undefined => poller.current().policy.name;
  return {
    poller,
    warnings,
    name,
    hear: async (answer: Answer) => {
      next = answer;
      await poller.poll();
      return name();
    },
  };
}

describe('a gateway that was given the key of its control plane', () => {
  it('takes what that signed, and nothing else', async () => {
    const { hear, warnings } = gateway();
    const good = signed(named('good'), 7);
    expect(await hear({ policy: named('unsigned') })).toBeUndefined();
    expect(await hear(signed(named('of a stranger'), 9, stranger))).toBeUndefined();
    expect(await hear(good)).toBe('good');
    expect(await hear({ policy: named('under its signature'), signature: good.signature })).toBe('good');
    for (const signature of ['', 'e30=', '%', Buffer.from('{"payload":1}').toString('base64'), 'x'.repeat(9000)]) {
      expect(await hear({ policy: named('with rubbish'), signature })).toBe('good');
    }
    expect(warnings).not.toEqual([]);
    expect(warnings.join('')).not.toContain('stranger');
  });

  it('takes no older one, nor another of the same number, whatever order they are played in', async () => {
    const answers = [1, 2, 3, 4].flatMap((number) => [signed(named(`${number}`), number), signed(named(`other ${number}`), number)]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(answers.length - 1), { maxLength: 12 }), async (order) => {
        const { hear } = gateway();
        let highest = 0;
        let inForce: string | undefined;
        for (const at of order) {
          const number = Math.floor(at / 2) + 1;
          const name = (answers[at]!.policy as Policy).name;
          if (number > highest) [highest, inForce] = [number, name];
          expect(await hear(answers[at]!)).toBe(inForce);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('remembers over a restart, where there is a spool and where there is none', async () => {
    for (const settings of [{ spool_dir: path.join(folder, 'spool') }, {}]) {
      const { config } = readConfig({ token: 't', hash_key: 'sixteen characters', policy_key: 'a key', ...settings });
      const store = policyFile(config, path.join(folder, 'home'))!;
      expect(await gateway(store).hear(signed(named('new', { mode: 'off' }), 8))).toBe('new');
      const again = gateway(store);
      expect(again.name()).toBe('new');
      expect(await again.hear(signed(named('old'), 7))).toBe('new');
      expect(await again.hear(signed(named('newer'), 9))).toBe('newer');
    }
    // Without a key the gateway's own folder is left alone.
    expect(policyFile(readConfig({ token: 't', hash_key: 'sixteen characters' }).config, folder)).toBeUndefined();
  });

  it('takes up nothing from its disk that the key did not sign', async () => {
    const file = new PolicyFile(path.join(folder, 'kept.clew'), spoolSealer('sixteen characters'));
    for (const [{ policy, signature }, name] of [
      [{ policy: named('unsigned'), signature: undefined }, undefined],
      [signed(named('of a stranger'), 3, stranger), undefined],
      [signed(named('signed'), 3), 'signed'],
    ] as const) {
      await file.save({ etag: undefined, text: JSON.stringify(policy), signature });
      expect(gateway(file).name()).toBe(name);
    }
  });

  it('keeps its own floor under whatever is signed: a hostile control plane loosens nothing', async () => {
    const hostile = named('hostile', {
      mode: 'full',
      routes: [{ match: { route: '*' }, mode: 'full', upstream: 'as_is' }],
      upstream: { unreadable: 'pass' },
      redaction: {
        types: { CREDIT_CARD: 'keep', API_KEY: 'keep', EMAIL_ADDRESS: 'keep' },
        allow: ['4111 1111 1111 1111'],
        names: false,
      },
    });
    const { hear, poller } = gateway();
    expect(await hear(signed(hostile, 99))).toBe('hostile');
    const { policy } = poller.current();
    const { config } = readConfig({
      ...{ token: 't', hash_key: 'sixteen characters', mode: 'metadata_only', redact_always: ['CREDIT_CARD'] },
      ...{ upstream: 'pseudonyms', upstream_unreadable: 'refuse' },
    });
    expect(modeFor(policy, config.mode, { route: 'a' })).toBe('metadata_only');
    const redaction = redactionAboveFloor(policy.redaction, config.redactAlways, createRedactor);
    expect(createRedactor({ policy: redaction }).redact('pay with 4111 1111 1111 1111').text).toBe('pay with [CREDIT_CARD]');
    const route = new StandInRoute(config);
    expect(route.isAsked(policy, { route: 'a', service: undefined })).toBe(true);
    expect(route.whereUnreadable(policy)).toBe('refuse');
    const body = '{"input":"pay with 4111 1111 1111 1111"}';
    const request = { method: 'POST', path: '/', headers: {}, body, bodyTruncated: false, startedMs: 0, restores: true };
    expect(await route.prepare(request, policy)).toMatchObject({ body: '{"input":"pay with [CREDIT_CARD_1]"}' });
  });

  it('is told apart from one that was given none, which takes any', async () => {
    const { hear } = gateway(undefined, false);
    expect(await hear({ policy: named('unsigned') })).toBe('unsigned');
    expect(await hear(signed(named('of a stranger'), 1, stranger))).toBe('of a stranger');
  });
});
