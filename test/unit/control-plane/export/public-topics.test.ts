import { describe, expect, it } from 'vitest';
import { createPublicTopics } from '../../../../control-plane/src/export/public-topics.ts';

const SCOPE = { tenant: 'acme', environment: 'live' };
const K = 5;
const MINUTE_MS = 60_000;

/** A topic that everybody's threads are in; what is asked of the store is counted. */
function topic(people = 0) {
  const state = { people, nowMs: 0, counted: 0, named: 0 };
  const topics = createPublicTopics({
    threads: {
      topicOf: () => Promise.resolve('t1'),
      hasUsers: (_scope, _id, atLeast) => {
        state.counted += 1;
        return Promise.resolve(state.people >= atLeast);
      },
    },
    leastUsers: () => K,
    labelOf: () => {
      state.named += 1;
      return Promise.resolve('apple tree');
    },
    clock: { nowMs: () => state.nowMs },
  });
  return { state, told: () => topics.of(SCOPE, 'a thread') };
}

describe('a topic that receivers may be told', () => {
  it('is told of soon after it has enough people, though few had it when it was looked at first', async () => {
    const { state, told } = topic();
    const answers: unknown[] = [];
    for (let n = 0; n < 100; n += 1) {
      state.people = n;
      answers.push(await told());
    }
    const since = answers.findIndex((answer) => answer !== undefined);
    expect(since).toBeGreaterThanOrEqual(K);
    expect(since).toBeLessThanOrEqual(2 * K);
    expect(answers.slice(since).every((answer) => answer === answers[since])).toBe(true);
  });

  it('is counted seldom where one person asks without end', async () => {
    const { state, told } = topic(1);
    for (let n = 0; n < 10_000; n += 1) expect(await told()).toBeUndefined();
    expect(state.counted).toBeLessThanOrEqual(15);
    expect(state.named).toBe(0);
  });

  it('is told of no longer than a minute after an erasure left too few', async () => {
    const { state, told } = topic(K);
    expect(await told()).toEqual({ id: 't1', label: 'apple tree' });
    state.people = K - 1;
    state.nowMs += MINUTE_MS;
    expect(await told()).toBeUndefined();
    state.people = K;
    state.nowMs += MINUTE_MS;
    expect(await told()).toEqual({ id: 't1', label: 'apple tree' });
  });
});
