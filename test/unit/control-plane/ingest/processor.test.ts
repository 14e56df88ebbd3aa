import { describe, expect, it } from 'vitest';
import { createRedactor } from '#redact';
import { createProcessor, type Incoming } from '../../../../control-plane/src/ingest/index.ts';
import { createNameRedactor } from '../../../../control-plane/src/privacy/index.ts';
import { fakeEmbedder, fakeNameFinder } from '../../../support/fakes/models.ts';

const scope = { tenant: 'a', environment: 'b' };
let counter = 0;

function incoming(text: string, fields: Partial<Omit<Incoming, 'turn'>> & { readonly turn?: Partial<Incoming['turn']> } = {}): Incoming {
  counter += 1;
  const turn = { id: `r${counter}`, at: 1_700_000_000 + counter * 20, inferable: true, text, ...fields.turn };
  return { scope, principal: 'p', mode: 'full', ...fields, turn };
}

function setUp() {
  const embedder = fakeEmbedder();
  const finder = fakeNameFinder();
  const processor = createProcessor({ redactor: createRedactor(), names: createNameRedactor({ finder }), embedder });
  return { embedder, finder, processor };
}

describe('the processor', () => {
  it('redacts prompt and answer before the models see more than they must', async () => {
    const { embedder, finder, processor } = setUp();
    const [done] = await processor.process([
      incoming('Mail aurelia@example.com', { turn: { answer: 'Aurelia Brandt was told, call +1 202 555 0143' } }),
    ]);
    expect(done?.turn.text).toBe('Mail [EMAIL_ADDRESS]');
    expect(done?.turn.answer).toContain('[PERSON] was told');
    expect(done?.counts).toMatchObject({ EMAIL_ADDRESS: 1, PERSON: 1 });
    expect(finder.seen.join()).not.toContain('aurelia@');
    expect(embedder.seen).toEqual([done?.turn.text, done?.turn.answer]);
  });

  it('embeds a text once, however often it comes', async () => {
    const { embedder, processor } = setUp();
    await processor.process([incoming('same words'), incoming('same words')]);
    const [again] = await processor.process([incoming('same words')]);
    expect(embedder.seen).toEqual(['same words']);
    expect(again?.turn.vector).toBeInstanceOf(Float32Array);
  });

  it('embeds nothing of metadata_only, of blank texts and of auxiliary calls', async () => {
    const { embedder, processor } = setUp();
    const done = await processor.process([
      incoming('words', { mode: 'metadata_only' }),
      incoming('   '),
      incoming('Make a title', { turn: { call: { kind: 'auxiliary', auxiliary: 'title' } } }),
    ]);
    expect(embedder.seen).toEqual([]);
    expect(done.every(({ turn }) => turn.vector === undefined)).toBe(true);
    expect(done[0]?.turn.text).toBe('');
  });

  it('keeps answers and texts apart where some are empty', async () => {
    const { processor } = setUp();
    const done = await processor.process([
      incoming('', { turn: { answer: 'first answer' } }),
      incoming('second prompt'),
      incoming('third prompt', { turn: { answer: 'third answer' } }),
    ]);
    expect(done.map(({ turn }) => [turn.text, turn.answer])).toEqual([
      ['', 'first answer'],
      ['second prompt', undefined],
      ['third prompt', 'third answer'],
    ]);
    expect(done.map(({ turn }) => [turn.vector !== undefined, turn.answerVector !== undefined])).toEqual([
      [false, true],
      [true, false],
      [true, true],
    ]);
  });

  it('never links across principals, tenants or environments', async () => {
    const { processor } = setUp();
    const session = { id: 's-1', source: 'header:x-session-id' };
    const done = await processor.process([
      incoming('plant tomatoes', { turn: { session } }),
      incoming('plant tomatoes', { principal: 'q', turn: { session } }),
      incoming('plant tomatoes', { scope: { tenant: 'z', environment: 'b' }, turn: { session } }),
      incoming('plant tomatoes', { scope: { tenant: 'a', environment: 'z' }, turn: { session } }),
    ]);
    expect(new Set(done.map(({ placement }) => placement.threadId)).size).toBe(4);
  });

  it('spans principals only for a declared id that is shared on purpose', async () => {
    const { processor } = setUp();
    const session = { id: 'room-7', source: 'header:x-room', shared: true };
    const [a, b] = await processor.process([
      incoming('hello room', { turn: { session } }),
      incoming('hello back', { principal: 'q', turn: { session } }),
    ]);
    expect(b?.placement.threadId).toBe(a?.placement.threadId);
    expect(b?.placement.predecessorId).toBe(a?.turn.id);
  });

  it('decides the same in batches of any size', async () => {
    const texts = ['plant tomatoes', 'how deep?', 'tax return', 'and the water?', 'which form for the tax return?'];
    const rows = texts.map((text) => incoming(text));
    const whole = await setUp().processor.process(rows);
    const { processor } = setUp();
    const single = [];
    for (const row of rows) single.push(...(await processor.process([row])));
    expect(single.map(({ placement }) => placement)).toEqual(whole.map(({ placement }) => placement));
  });

  it('forgets a placement that was not stored', async () => {
    const { processor } = setUp();
    const [item] = await processor.process([incoming('first of all')]);
    if (item) processor.forget(item);
    const [next] = await processor.process([incoming('first of all, again')]);
    expect(next?.placement.position).toBe('first');
  });
});
