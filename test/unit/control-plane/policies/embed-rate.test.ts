// Whose requests get vectors where the policy wants a share of them: people whole, by a key, and more of them with a higher rate.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy, Sample } from '#contract';
import { embedRateOf, isEmbedded } from '../../../../control-plane/src/policies/index.ts';

const SCOPE = { tenant: 'acme', environment: 'live' };
const KEY = Buffer.from('a key of this installation');
const sample = (fields: Partial<Sample> = {}): Sample => ({ version: 1, id: 's', startedAt: '2026-01-05T09:00:00Z', ...fields });
const of = (id: string): Partial<Sample> => ({ principal: { id, source: 'consumer', trust: 'authenticated' } });
const policy = (rate: number): Policy => ({ version: 1, embedding: { embed_rate: rate } });

describe('the share of users whose requests are embedded', () => {
  it('is that of the first rule that names one, else of the tenant, else of the policy', () => {
    const rules: Policy = {
      version: 1,
      embedding: { embed_rate: 0.5, tenants: { acme: 0.2 } },
      routes: [
        { match: { route: 'plain-*' }, mode: 'full' },
        { match: { route: '*-bulk' }, mode: 'full', embed_rate: 0 },
      ],
    };
    const at = (route: string, tenant = 'acme'): number =>
      embedRateOf(rules, { ...SCOPE, tenant }, sample({ gateway: { route } as Sample['gateway'] & object }));
    expect([at('plain-bulk'), at('plain-chat'), at('chat'), at('chat', 'zeta'), at('x-bulk', 'zeta')]).toEqual([0, 0.2, 0.2, 0.5, 0]);
    expect(embedRateOf({ version: 1 }, SCOPE, sample())).toBe(1);
    // Names of what all objects have are no tenants.
    expect(embedRateOf(rules, { ...SCOPE, tenant: 'constructor' }, sample())).toBe(0.5);
  });

  it('takes people whole, whatever they ask and when', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.string(),
        fc.string(),
        (person, rate, a, b) => {
          const asked = (id: string, session: string): boolean =>
            isEmbedded(
              policy(rate),
              SCOPE,
              sample({ ...of(person), id, startedAt: '2026-02-01T00:00:00Z', session: { id: session, source: 'header:x' } }),
              KEY,
            );
          expect(asked(a, 'one')).toBe(asked(b, 'two'));
        },
      ),
    );
  });

  it('grows with the rate: who had vectors keeps them', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (person, one, two) => {
          const [low, high] = [Math.min(one, two), Math.max(one, two)];
          if (isEmbedded(policy(low), SCOPE, sample(of(person)), KEY))
            expect(isEmbedded(policy(high), SCOPE, sample(of(person)), KEY)).toBe(true);
        },
      ),
    );
  });

  it('is about as large as wanted, and another one under another key or in another tenant', () => {
    const people = Array.from({ length: 4_000 }, (_, n) => sample(of(`p${n}`)));
    const chosen = (scope: typeof SCOPE, key: Uint8Array): boolean[] => people.map((one) => isEmbedded(policy(0.3), scope, one, key));
    const first = chosen(SCOPE, KEY);
    expect(first.filter(Boolean).length / people.length).toBeGreaterThan(0.26);
    expect(first.filter(Boolean).length / people.length).toBeLessThan(0.34);
    for (const other of [chosen(SCOPE, Buffer.from('another key')), chosen({ ...SCOPE, tenant: 'zeta' }, KEY)]) {
      const same = other.filter((is, n) => is === first[n]).length / people.length;
      // .3² + .7² by chance.
      expect(Math.abs(same - 0.58)).toBeLessThan(0.05);
    }
    expect(people.some((one) => isEmbedded(policy(0), SCOPE, one, KEY))).toBe(false);
    expect(people.every((one) => isEmbedded(policy(1), SCOPE, one, KEY))).toBe(true);
  });

  it('keeps sessions whole where nobody is known, and those that are shared on purpose', () => {
    const session = { id: 'chat-1', source: 'header:x' };
    const unknown = Array.from({ length: 50 }, (_, n) => isEmbedded(policy(0.5), SCOPE, sample({ id: `s${n}`, session }), KEY));
    expect(new Set(unknown).size).toBe(1);
    const shared = Array.from({ length: 50 }, (_, n) =>
      isEmbedded(policy(0.5), SCOPE, sample({ ...of(`p${n}`), session: { ...session, shared: true } }), KEY),
    );
    expect(new Set(shared).size).toBe(1);
  });
});
