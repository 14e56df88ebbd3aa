import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy, Sample } from '#contract';
import { planOf } from '../../../../control-plane/src/policies/plan.ts';
import { createSimulation, probabilityOf, type SimulatedRequest } from '../../../../control-plane/src/policies/simulate.ts';

const DAY = 86_400_000;
const sample = (fields: Partial<Sample> = {}): Sample => ({
  version: 1,
  id: 'r1',
  startedAt: '2026-03-01T10:00:00.000Z',
  endedAt: '2026-03-01T10:00:01.000Z',
  gateway: { kind: 'kong', route: 'chat' },
  status: { outcome: 'ok' },
  ...fields,
});
const stored = (fields: Partial<SimulatedRequest> = {}): SimulatedRequest => ({
  sample: sample(),
  tenant: 'acme',
  environment: 'live',
  principal: 'p1',
  atMs: 0,
  weight: 1,
  bytes: { text: 1_000, vectors: 300, metadata: 500 },
  costUsd: 0.5,
  ...fields,
});
const NOTHING = { text: 0, vectors: 0 };
function simulate(policy: Policy, requests: readonly SimulatedRequest[], usual = NOTHING) {
  const simulation = createSimulation(policy);
  for (const request of requests) simulation.add(request);
  return simulation.result(1, usual);
}

describe('probabilityOf', () => {
  it.each<[string, Policy, Partial<Sample>, number]>([
    ['everything by default', { version: 1 }, {}, 1],
    ['the rate', { version: 1, sampling: { rate: 0.25 } }, {}, 0.25],
    ['the first rule that matches', { version: 1, sampling: { rate: 0.5, rules: [{ match: { route: 'ch*' }, rate: 0.1 }] } }, {}, 0.1],
    ['errors always', { version: 1, sampling: { rate: 0 } }, { status: { outcome: 'error' } }, 1],
    [
      'errors by the rate, where told so',
      { version: 1, sampling: { rate: 0.2, always: { errors: false } } },
      { status: { outcome: 'error' } },
      0.2,
    ],
    ['blocks always', { version: 1, sampling: { rate: 0 } }, { guardrails: [{ name: 'g', verdict: 'block' }] }, 1],
    ['slow ones always', { version: 1, sampling: { rate: 0, always: { slowerThanMs: 900 } } }, {}, 1],
    ['drift always', { version: 1, sampling: { rate: 0 } }, { sampling: { reason: 'always', rule: 'identity_drift', probability: 1 } }, 1],
  ])('%s', (_name, policy, fields, expected) => {
    expect(probabilityOf(policy, sample(fields))).toBe(expected);
  });
});

describe('createSimulation', () => {
  it('counts what would be kept by class, age and mode', () => {
    const policy: Policy = {
      version: 1,
      sampling: { rate: 0.5 },
      routes: [
        { match: { route: 'secret' }, mode: 'metadata_only' },
        { match: { route: 'none' }, mode: 'off' },
      ],
      retention: { textDays: 10, metadataDays: 100, embeddingDays: 200 },
    };
    const of = (route: string): SimulatedRequest => stored({ sample: sample({ gateway: { kind: 'kong', route } }) });
    const found = simulate(policy, [of('chat'), of('secret'), of('none')]);
    expect(found).toMatchObject({ requests: 1, dropped: 2, embedded: 0.5, costUsd: 0.5 });
    expect(found.modes).toEqual({ full: 0.5, topic_only: 0, metadata_only: 0.5 });
    expect(found.bytesPerDay).toEqual({ text: 500, vectors: 150, metadata: 500 });
    expect(found.bytesInTheLongRun).toEqual({ text: 5_000, vectors: 15_000, metadata: 50_000 });
  });

  it('takes what texts usually need where they are gone, and asks what would have been, not what was decided then', () => {
    const bare = stored({ sample: sample({ mode: 'metadata_only' }), bytes: { text: 0, vectors: 0, metadata: 500 } });
    const found = simulate({ version: 1 }, [bare], { text: 800, vectors: 200 });
    expect(found).toMatchObject({ modes: { full: 1 }, bytesPerDay: { text: 800, vectors: 200, metadata: 500 } });
  });

  it('is right on average about traffic of which a part was kept', () => {
    // People keep or lose a day whole; the policy to try keeps a tenth of "chat" and all of "help".
    const policy: Policy = { version: 1, sampling: { rate: 1, rules: [{ match: { route: 'chat' }, rate: 0.1 }] } };
    const people = Array.from({ length: 400 }, (_, at) => ({ route: at % 3 === 0 ? 'chat' : 'help', requests: 1 + (at % 4) }));
    const truth = people.reduce((sum, { route, requests }) => sum + requests * (route === 'chat' ? 0.1 : 1), 0);
    let state = 12_345;
    const draw = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    const runs = Array.from({ length: 300 }, () =>
      simulate(
        policy,
        people.flatMap(({ route, requests }, person) =>
          draw() < 0.2
            ? Array.from({ length: requests }, () =>
                stored({ sample: sample({ gateway: { kind: 'kong', route } }), principal: `p${person}`, weight: 5 }),
              )
            : [],
        ),
      ),
    );
    const mean = runs.reduce((sum, { requests }) => sum + requests, 0) / runs.length;
    const spread = Math.sqrt(runs.reduce((sum, { requests }) => sum + (requests - mean) ** 2, 0) / runs.length);
    const said = runs.reduce((sum, { standardError }) => sum + standardError, 0) / runs.length;
    expect(Math.abs(mean - truth)).toBeLessThan((4 * spread) / Math.sqrt(runs.length));
    expect(said / spread).toBeGreaterThan(0.85);
    expect(said / spread).toBeLessThan(1.15);
  });

  it('never keeps more than there is, and a higher rate never keeps less', () => {
    const requests = fc.array(
      fc.record({
        weight: fc.constantFrom(0, 1, 4),
        atMs: fc.integer({ min: 0, max: 3 * DAY }),
        outcome: fc.constantFrom('ok' as const, 'error' as const, 'blocked' as const),
      }),
    );
    fc.assert(
      fc.property(requests, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (all, x, y) => {
        const traffic = all.map(({ outcome, ...rest }) => stored({ ...rest, sample: sample({ status: { outcome } }) }));
        const [low, high] = [Math.min(x, y), Math.max(x, y)].map((rate) => simulate({ version: 1, sampling: { rate } }, traffic));
        const seen = traffic.reduce((sum, { weight }) => sum + weight, 0);
        expect(low?.requests).toBeLessThanOrEqual((high?.requests ?? 0) + 1e-6);
        expect((high?.requests ?? 0) + (high?.dropped ?? 0)).toBeCloseTo(seen, 6);
        expect(high?.requests).toBeLessThanOrEqual(seen + 1e-6);
      }),
    );
  });
});

describe('planOf', () => {
  it('names what differs, what it decides, and what lets more out', () => {
    const before: Policy = { version: 1, mode: 'metadata_only', retention: { textDays: 7 }, redaction: { types: { IP_ADDRESS: 'mask' } } };
    const after: Policy = { version: 1, mode: 'full', retention: { textDays: 3 }, redaction: { types: { IP_ADDRESS: 'keep' } } };
    const found = planOf(before, after);
    expect(found.map(({ field, loosens }) => [field, loosens])).toEqual([
      ['mode', true],
      ['redaction.types.IP_ADDRESS', true],
      ['retention.textDays', false],
    ]);
    expect(found[0]).toMatchObject({ before: 'metadata_only', after: 'full' });
    expect(found[0]?.decides).toContain('routes');
  });

  it.each<[string, Policy, Policy, boolean]>([
    ['less sampling', { version: 1 }, { version: 1, sampling: { rate: 0.1 } }, false],
    ['more sampling', { version: 1, sampling: { rate: 0.1 } }, { version: 1 }, true],
    ['longer texts by leaving out', { version: 1, retention: { textDays: 7 } }, { version: 1 }, true],
    ['names no more', { version: 1 }, { version: 1, redaction: { names: false } }, true],
    ['an allowed value', { version: 1 }, { version: 1, redaction: { allow: ['x'] } }, true],
    ['a pattern less', { version: 1, redaction: { patterns: [{ type: 'AB', pattern: 'x' }] } }, { version: 1 }, true],
    ['fewer people behind a topic', { version: 1 }, { version: 1, topics: { minUsers: 2 } }, true],
    ['more people behind a topic', { version: 1 }, { version: 1, topics: { minUsers: 9 } }, false],
    ['texts to others', { version: 1 }, { version: 1, embedding: { external: true } }, true],
  ])('%s', (_name, before, after, loosens) => {
    expect(planOf(before, after).map((change) => change.loosens)).toEqual([loosens]);
  });

  it('is empty between a policy and itself', () => {
    const policy: Policy = { version: 1, prices: [{ model: 'm', inputPerMillion: 1, outputPerMillion: 2 }] };
    expect(planOf(policy, structuredClone(policy))).toEqual([]);
  });
});
