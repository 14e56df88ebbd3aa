// Counts of topics follow what is stored, whatever happens to it: any order, duplicates, re-links, erasures, restarts; tenants never mix.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTopicPlacer } from '../../control-plane/src/topics/index.ts';
import type { DomainEvent, Scope } from '../../control-plane/src/kernel/index.ts';
import { madeText } from '../unit/control-plane/topics/fixtures.ts';
import { HERE, openStore, OTHER_TENANT, storedTurn, type OpenStore } from './store-fixtures.ts';

const USERS = ['ann', 'bob', 'cem'];
const T0 = 1_772_366_400;

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('ask' as const), user: fc.nat(2), tenant: fc.nat(1), matter: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again' as const), back: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), back: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const), user: fc.nat(2), tenant: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const scopeAt = (tenant: number): Scope => (tenant === 0 ? HERE : OTHER_TENANT);
const placerOf = ({ store, clock }: OpenStore) => createTopicPlacer({ store: store.topics, clock, policy: () => undefined });

/** What was asked and is still there: the first request of each thread. */
interface Asked {
  readonly scope: Scope;
  readonly id: string;
  readonly user: string;
  thread: string;
}

class World {
  readonly #opened: OpenStore;
  readonly #events: DomainEvent[] = [];
  #placer: ReturnType<typeof placerOf>;
  asked: Asked[] = [];
  #next = 0;

  constructor(opened: OpenStore) {
    this.#opened = opened;
    this.#placer = placerOf(opened);
  }

  async take(one: Step): Promise<void> {
    if (one.kind === 'restart') this.#placer = placerOf({ ...this.#opened, store: await this.#opened.reopen() });
    if (one.kind === 'ask') await this.#ask(scopeAt(one.tenant), USERS[one.user] ?? '', one.matter);
    // An event can come twice, and late.
    if (one.kind === 'again') await this.#placer.handler.handle(this.#events.slice(-1 - one.back).toReversed());
    if (one.kind === 'move') await this.#move(one.back);
    if (one.kind === 'erase') await this.#erase(scopeAt(one.tenant), USERS[one.user] ?? '');
  }

  async #ask(scope: Scope, user: string, matter: number): Promise<void> {
    const id = `r${this.#next}`;
    const { text, vector } = madeText(this.#next * 4 + matter, 4);
    const turn = { inferable: true, text, vector };
    const stored = storedTurn(id, `t-${id}`, { scope, principal: user, at: T0 + this.#next, prompt: text, turn });
    this.#next += 1;
    await this.#opened.store.turns.commit([stored], [], []);
    this.asked.push({ scope, id, user, thread: `t-${id}` });
    await this.#announce({ type: 'TurnStored', scope, requestId: id, threadId: `t-${id}` });
  }

  /** Proof shows that a request goes on with the one before of the same person. */
  async #move(back: number): Promise<void> {
    const late = this.asked.at(-1 - back);
    const early = this.asked.findLast(
      ({ user, scope, id }) =>
        late?.user === user && late.scope === scope && id !== late.id && Number(id.slice(1)) < Number(late.id.slice(1)),
    );
    if (!late || !early || late.thread === early.thread) return;
    const from = late.thread;
    const evidence = { evidence: 'history' as const, position: 'continuation' as const };
    const id = `m${this.#next}`;
    this.#next += 1;
    const moved = { requestId: late.id, from, into: early.thread, ...evidence };
    const stored = storedTurn(id, early.thread, {
      scope: late.scope,
      principal: late.user,
      at: T0 + this.#next,
      placement: { relinked: [moved] },
    });
    await this.#opened.store.turns.commit([stored], [], []);
    this.asked = this.asked.filter((one) => one !== late);
    await this.#announce({ type: 'ThreadRelinked', scope: late.scope, threadId: from, into: early.thread, requestIds: [late.id] });
  }

  async #erase(scope: Scope, user: string): Promise<void> {
    for (const one of this.#opened.store.erasables) await one.erase(scope, user);
    await this.#placer.refresh(scope);
    this.asked = this.asked.filter((one) => one.scope !== scope || one.user !== user);
  }

  async #announce(event: DomainEvent): Promise<void> {
    this.#events.push(event);
    await this.#placer.handler.handle([event]);
  }

  /** What the store says of each topic, and what is to be expected: threads and people of those that are left. */
  async sums(scope: Scope): Promise<{ readonly threads: number; readonly users: number; readonly placed: number }> {
    const { topics } = this.#opened.store;
    const counts = await topics.counts(scope, 0, 100);
    return {
      threads: counts.reduce((sum, { threads }) => sum + threads, 0),
      users: Math.max(0, ...counts.map(({ users }) => users)),
      placed: (await topics.placed(scope, 0, 1_000)).length,
    };
  }
}

describe('counts of topics', () => {
  it('are those of the threads that are stored, after any order of questions, duplicates, re-links, erasures and restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        const world = new World(openStore());
        for (const one of steps) await world.take(one);
        for (const scope of [HERE, OTHER_TENANT]) {
          const left = world.asked.filter((one) => one.scope === scope);
          const threads = new Set(left.map(({ thread }) => thread)).size;
          const sums = await world.sums(scope);
          expect(sums.threads).toBe(threads);
          expect(sums.placed).toBe(threads);
          expect(sums.users).toBeLessThanOrEqual(new Set(left.map(({ user }) => user)).size);
        }
      }),
      { numRuns: 25 },
    );
  });
});
