import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '#contract';
import { createRedactor } from '#redact';
import type { Offer } from '../../../../control-plane/src/ingest/index.ts';
import { createHolding } from '../../../../control-plane/src/litellm/holding.ts';
import { createIntake } from '../../../../control-plane/src/litellm/index.ts';
import { failure, KEYS, SECRET, START, success, type Fields } from './fixtures.ts';

const SCOPE = { tenant: 'acme', environment: 'production' };
const HOLD_MS = 60_000;

/** A door that keeps rows as the journal does: held ones can be replaced until they are due. */
function openDoor() {
  const rows = new Map<string, { sample: Sample; dueAtMs: number }>();
  const clock = { ms: 1_800_000_000_000, nowMs: () => clock.ms };
  const door = {
    admit: () => Promise.resolve(),
    offer: (offers: readonly Offer[]) => {
      let duplicates = 0;
      const rejected = [];
      for (const [index, { sample, holdUntilMs, replaces }] of offers.entries()) {
        const made = sample as Sample;
        const old = replaces === undefined ? undefined : rows.get(replaces);
        if (made.prompt?.text === 'refuse me') rejected.push({ index, code: 'time_out_of_range' as const, message: 'x' });
        else if (replaces !== undefined && old && old.dueAtMs > clock.ms && (replaces === made.id || !rows.has(made.id))) {
          rows.delete(replaces);
          rows.set(made.id, { sample: made, dueAtMs: holdUntilMs ?? 0 });
        } else if (rows.has(made.id)) duplicates += 1;
        else rows.set(made.id, { sample: made, dueAtMs: holdUntilMs ?? 0 });
      }
      return Promise.resolve({ accepted: offers.length - rejected.length, duplicates, unknownFields: 0, rejected });
    },
  };
  const start = () =>
    createIntake({
      door,
      rules: () => ({ policy: { version: 1 }, redactor: createRedactor() }),
      keys: () => KEYS,
      secret: SECRET,
      clock,
      randomness: { bytes: (count) => new Uint8Array(count) },
      maxEvents: 100,
      verdict: () => undefined,
      reading: () => undefined,
    });
  let intake = start();
  return {
    clock,
    restart() {
      for (const row of rows.values()) row.dueAtMs = 0;
      intake = start();
    },
    take: (events: unknown, holdMs = HOLD_MS) => intake.take(Buffer.from(JSON.stringify(events)), 'application/json', SCOPE, holdMs),
    raw: (body: string) => intake.take(Buffer.from(body), 'application/json', SCOPE, HOLD_MS),
    samples: () => [...rows.values()].map(({ sample }) => sample),
    dueAtMs: () => [...rows.values()].map((row) => row.dueAtMs),
  };
}

/** Attempts at one request, in the order of their time: two at the model wanted, then a fallback that answers. */
const FIRST = failure();
const SECOND = failure({ startTime: START + 0.15, endTime: START + 0.2 });
const ANSWER = success({
  model: 'openai/other-model',
  model_group: 'other',
  messages: FIRST['messages'],
  additional_headers: { 'x-litellm-attempted-fallbacks': 1 },
});
const ATTEMPTS = ['openai/broken-model', 'openai/broken-model', 'openai/other-model'];
const models = (sample: Sample | undefined) => sample?.composition?.attempts?.map(({ model }) => model);

describe('attempts at one request', () => {
  it('are one request: asked for by the first, answered by the last', async () => {
    const door = openDoor();
    expect(await door.take([FIRST, SECOND, ANSWER])).toEqual({ accepted: 3, duplicates: 0, unknownFields: 0, rejected: [] });
    const [sample, ...others] = door.samples();
    expect(others).toEqual([]);
    expect(sample).toMatchObject({
      startedAt: new Date(START * 1000).toISOString(),
      model: { requested: 'wanted' },
      status: { outcome: 'ok' },
      call: { attempt: 3 },
      stages: { firstByteMs: 750 },
    });
    expect(models(sample)).toEqual(ATTEMPTS);
    expect(sample).not.toHaveProperty('error');
  });

  it('are one request whatever posts and order they come in, and however often', async () => {
    const posts = fc.array(fc.shuffledSubarray([FIRST, SECOND, ANSWER], { minLength: 1 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(posts, fc.boolean(), async (batches, together) => {
        const door = openDoor();
        // The answer ends a request: what comes after it in another post stands alone.
        const firstAnswer = batches.findIndex((batch) => batch.includes(ANSWER));
        const all = [[FIRST], [SECOND], ...batches.slice(0, firstAnswer === -1 ? undefined : firstAnswer), [ANSWER], ...batches];
        if (together) await Promise.all(all.map((batch) => door.take(batch)));
        else for (const batch of all) await door.take(batch);
        const [sample, ...others] = door.samples();
        expect(others).toEqual([]);
        expect(models(sample)).toEqual(ATTEMPTS);
        expect(sample?.model?.requested).toBe('wanted');
      }),
      { numRuns: 100 },
    );
  });

  it('wait for each other as long as is asked for, and are durable meanwhile', async () => {
    const door = openDoor();
    await door.take([FIRST]);
    expect(door.samples()).toMatchObject([{ status: { outcome: 'error' } }]);
    expect(door.dueAtMs()).toEqual([door.clock.ms + HOLD_MS]);
    door.clock.ms += 10_000;
    await door.take([SECOND]);
    expect(door.dueAtMs()).toEqual([door.clock.ms + HOLD_MS]);
    expect(models(door.samples()[0])).toEqual(ATTEMPTS.slice(0, 2));
  });

  it('do not wait where nobody wants it', async () => {
    const door = openDoor();
    await door.take([FIRST], 0);
    expect(door.dueAtMs()).toEqual([0]);
  });

  it('lose nothing when the failure was processed already, or the server restarted', async () => {
    for (const late of [
      (door: ReturnType<typeof openDoor>) => (door.clock.ms += HOLD_MS + 1),
      (door: ReturnType<typeof openDoor>) => door.restart(),
    ]) {
      const door = openDoor();
      await door.take([FIRST]);
      late(door);
      await door.take([ANSWER]);
      expect(door.samples().map(({ status }) => status?.outcome)).toEqual(['error', 'ok']);
      expect(new Set(door.samples().map(({ id }) => id)).size).toBe(2);
    }
  });

  it('of a stream, whose event begins before those of the attempts that failed, are in the order of their ends', async () => {
    const door = openDoor();
    await door.take([failure({ startTime: START + 0.3, endTime: START + 0.4 }), { ...ANSWER, stream: true }]);
    expect(models(door.samples()[0])).toEqual(['openai/broken-model', 'openai/other-model']);
    expect(door.samples()[0]?.model?.requested).toBe('wanted');
  });

  it('are told apart where a client gives all its calls one id', async () => {
    const door = openDoor();
    const other = success({ messages: [{ role: 'user', content: 'Something else' }] });
    const again = success({
      startTime: START + 5,
      endTime: START + 6,
      response: { ...(success()['response'] as Fields), id: 'chatcmpl-other' },
    });
    await door.take([success(), other, again]);
    expect(door.samples()).toHaveLength(3);
    expect(new Set(door.samples().map(({ runId }) => runId)).size).toBe(3);
  });

  it('keep the answer that a guardrail then refused', async () => {
    const door = openDoor();
    const refusal = failure({
      messages: success()['messages'],
      startTime: START + 1.6,
      endTime: START + 1.7,
      status_fields: { guardrail_status: 'guardrail_intervened' },
      error_information: { error_class: 'GuardrailRaisedException' },
    });
    await door.take([success(), refusal]);
    expect(door.samples()).toMatchObject([{ status: { outcome: 'blocked' }, answer: { text: 'In early May.' } }]);
  });
});

describe('what is held', () => {
  it('is bounded: without room failures are processed at once', () => {
    const holding = createHolding(10);
    const sample = { version: 1, id: 'a', startedAt: '2026-01-01T00:00:00.000Z' } as const;
    expect(holding.hasRoom).toBe(true);
    holding.set('a', { id: 'a.f', sample, dueAtMs: 5 });
    holding.set('a', { id: 'a.f', sample, dueAtMs: 9 });
    expect(holding.hasRoom).toBe(false);
    holding.expire(8);
    expect(holding.get('a')?.id).toBe('a.f');
    holding.expire(9);
    expect(holding.get('a')).toBeUndefined();
    expect(holding.hasRoom).toBe(true);
  });
});

describe('a post', () => {
  it('is taken item by item: what is no event costs itself alone', async () => {
    const door = openDoor();
    const refused = success({ litellm_call_id: 'call-2', messages: [{ role: 'user', content: 'refuse me' }] });
    const result = await door.take([null, success(), { status: 'success' }, refused, { ...success(), startTime: 'soon' }]);
    expect(result.accepted).toBe(1);
    expect(result.rejected.map(({ index, code }) => [index, code])).toEqual([
      [0, 'invalid_body'],
      [2, 'invalid_body'],
      [3, 'time_out_of_range'],
      [4, 'invalid_body'],
    ]);
    expect(JSON.stringify(result.rejected)).not.toMatch(/soon|refuse/);
  });

  it('may be an array, one event, or one a line under any name', async () => {
    const door = openDoor();
    const event = (id: string) => JSON.stringify(success({ litellm_call_id: id }));
    expect((await door.raw(`[${event('a')}]`)).accepted).toBe(1);
    expect((await door.raw(event('b'))).accepted).toBe(1);
    expect((await door.raw(`${event('c')}\n${event('d')}\n`)).accepted).toBe(2);
    expect(door.samples()).toHaveLength(4);
  });

  it('sent again changes nothing', async () => {
    const door = openDoor();
    await door.take([success(), FIRST]);
    expect(await door.take([success(), FIRST])).toMatchObject({ accepted: 2, duplicates: 2 });
    expect(door.samples()).toHaveLength(door.samples().length);
    expect(new Set(door.samples().map(({ id }) => id)).size).toBe(door.samples().length);
  });

  it('has a limit', async () => {
    const door = openDoor();
    await expect(door.take(Array.from({ length: 101 }, () => success()))).rejects.toMatchObject({ code: 'body_too_large' });
    expect(door.samples()).toEqual([]);
  });
});
