// What the client receives where its provider read stand-ins: by the gateway's double and by the script that Kong runs.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { restoreText, standInValue, type StandIns } from '#contract';
import { createRestorer } from '../../../../plugin/trial-gateway/restore.ts';
import { ANSWER_FORMS, type AnswerForm, type Said } from './answers.ts';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-restore-'));
afterAll(() => {
  fs.rmSync(scratch, { recursive: true });
});

const TOKENS = ['[EMAIL_ADDRESS_1]', '[EMAIL_ADDRESS_12]', '[PASSWORD_1]', '[A_1]', '[USER_QWERTZUIOP]'] as const;
/** Values that hurt: what JSON escapes, what looks like the beginning of a stand-in, several bytes a character. */
const value = fc.oneof(
  fc.constantFrom('ada@example.org', 'p"w\\d', 'two\nlines\t', 'ends [EMAIL', '[A_1', 'zoë 🦊', '\u0001', ''),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const standIns = fc.tuple(...TOKENS.map(() => value)).map((values): StandIns => {
  return Object.fromEntries(TOKENS.map((token, at) => [token, standInValue(values[at]!)]));
});
const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<string>(...TOKENS) },
  fc.constantFrom('[', '[EMAIL', '[UNKNOWN_7]', '[1]', '[[', 'a [ b', '\n', '"', '\\', '🦊', ' ', '[EMAIL_ADDRESS_1', ']'),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
/** Cut at any character, but not within a surrogate pair, as providers do. */
const pieces = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.array(fc.nat(), { maxLength: 8 })).map(([whole, cuts]) => {
    const characters = Array.from(whole);
    const at = [...new Set(cuts.map((cut) => cut % (characters.length + 1)))].sort((left, right) => left - right);
    return [...at, characters.length].map((end, index) => characters.slice(at[index - 1] ?? 0, end).join(''));
  });
const spoken = fc.array(word, { maxLength: 12 }).map((words) => words.join(''));
const called = fc.dictionary(fc.constantFrom('to', 'body', '[A_1]'), spoken, { maxKeys: 3 }).map((args) => JSON.stringify(args));
const said: fc.Arbitrary<Said> = fc.record({ text: pieces(spoken), args: pieces(called) });

interface Case {
  readonly form: AnswerForm;
  readonly said: Said;
  readonly values: StandIns;
  readonly chunks: readonly Buffer[];
}

const aCase: fc.Arbitrary<Case> = fc
  .record({ form: fc.constantFrom(...ANSWER_FORMS), said, values: standIns, cuts: fc.array(fc.nat(), { maxLength: 12 }) })
  .map(({ form, said: words, values, cuts }) => {
    const bytes = Buffer.from(form.write(words));
    const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((left, right) => left - right);
    const chunks = [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end));
    return { form, said: words, values, chunks };
  });

function restored({ form, values, chunks }: Case, isJsonText = false): Buffer {
  const restorer = createRestorer({ values, isJsonText, contentType: form.contentType });
  return Buffer.concat([...chunks.map((chunk) => restorer.push(chunk)), restorer.end()]);
}

/** What the client would read had the provider said values where it said stand-ins. */
function expected({ said: { text, args }, values }: Case) {
  const calls = Object.entries(JSON.parse(args.join('')) as Record<string, string>);
  return {
    text: restoreText(text.join(''), values, 0),
    args: Object.fromEntries(calls.map(([name, item]) => [restoreText(name, values, 0), restoreText(item, values, 0)])),
  };
}

const lua = (item: unknown): string => {
  if (typeof item === 'boolean') return String(item);
  if (typeof item === 'string' || item instanceof Uint8Array) {
    return `"${[...Buffer.from(item as string)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
  }
  if (Array.isArray(item)) return `{${item.map(lua).join(',')}}`;
  return `{${Object.entries(item as object)
    .map(([key, one]) => `[${lua(key)}]=${lua(one)}`)
    .join(',')}}`;
};

function restoredByLua(cases: readonly Case[]): Buffer[] {
  const file = path.join(scratch, 'cases.lua');
  const given = cases.map(({ form, values, chunks }) => ({
    values,
    is_json_text: false,
    mode: form.contentType.includes('event-stream') ? 'events' : 'json',
    chunks: [...chunks, Buffer.alloc(0)],
  }));
  // A function holds only so many constants.
  fs.writeFileSync(file, `local t = {}\n${given.map((one) => `t[#t + 1] = (function() return ${lua(one)} end)()`).join('\n')}\nreturn t`);
  const script = path.resolve(import.meta.dirname, '../../../../deploy/kong/body-restore.lua');
  const harness = path.join(import.meta.dirname, '..', 'lua', 'restore-harness.lua');
  const result = spawnSync('luajit', [harness, script, file], { maxBuffer: 64 * 1024 * 1024 });
  if (result.status !== 0) throw new Error(`luajit: ${result.error?.message ?? result.stderr.toString()}`);
  return result.stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.from(line, 'hex'));
}

describe('an answer with stand-ins', () => {
  it('reaches the client with its own words, in texts and in arguments of calls, however it is cut', () => {
    fc.assert(
      fc.property(aCase, (one) => {
        const heard = one.form.read(restored(one).toString());
        const want = expected(one);
        for (const { text, args } of heard) expect({ text, args: JSON.parse(args) as unknown }).toEqual(want);
        expect(heard.length).toBeGreaterThan(0);
      }),
      { numRuns: 600 },
    );
  });

  it('is restored by the script that Kong runs to the same bytes', () => {
    const cases = fc.sample(aCase, 300);
    const byLua = restoredByLua(cases);
    expect(byLua).toHaveLength(cases.length);
    for (const [at, one] of cases.entries()) expect(byLua[at]!.toString()).toBe(restored(one).toString());
  });

  it('keeps its events, each in its place, and passes at once what no stand-in can begin with', () => {
    fc.assert(
      fc.property(aCase, (one) => {
        const types = (answer: string): string[] => answer.split('\n').map((line) => /^event: .*|^data:/.exec(line)?.[0] ?? line);
        if (!one.form.contentType.includes('event-stream')) return;
        expect(types(restored(one).toString())).toEqual(types(Buffer.concat(one.chunks).toString()));
      }),
      { numRuns: 300 },
    );
    const restorer = createRestorer({ values: {}, isJsonText: false, contentType: 'text/event-stream' });
    const event = (content: string): Buffer => Buffer.from(`data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`);
    expect(Buffer.from(restorer.push(event('Hello'))).toString()).toBe(event('Hello').toString());
    // The event waits, and comes out as it was once the next one shows that nothing was begun.
    expect(Buffer.from(restorer.push(event('see [A'))).toString()).toBe('');
    expect(Buffer.from(restorer.push(event('PI]'))).toString()).toBe(event('see ').toString() + event('[API]').toString());
  });

  it('is never restored twice: a value that looks like a stand-in stays as the client wrote it', () => {
    const values: StandIns = { '[A_1]': standInValue('[A_2]'), '[A_2]': standInValue('two') };
    const restorer = createRestorer({ values, isJsonText: false, contentType: 'text/plain' });
    expect(Buffer.concat([restorer.push(Buffer.from('x [A_')), restorer.push(Buffer.from('1] y')), restorer.end()]).toString()).toBe(
      'x [A_2] y',
    );
  });

  it('stays JSON where the client asked for JSON', () => {
    const values: StandIns = { '[PASSWORD_1]': standInValue('p"w\\d') };
    const form = ANSWER_FORMS.find(({ name }) => name === 'chat stream')!;
    const words: Said = { text: ['{"password":"[PASS', 'WORD_1]"}'], args: ['{}'] };
    const answer = restored({ form, said: words, values, chunks: [Buffer.from(form.write(words))] }, true);
    expect(JSON.parse(form.read(answer.toString())[0]!.text)).toEqual({ password: 'p"w\\d' });
  });

  it('holds two choices of one stream apart', () => {
    const values: StandIns = { '[A_1]': standInValue('one'), '[B_1]': standInValue('two') };
    const event = (index: number, content: string, finish: string | null = null): string =>
      `data: ${JSON.stringify({ choices: [{ index, delta: { content }, finish_reason: finish }] })}\n\n`;
    const restorer = createRestorer({ values, isJsonText: false, contentType: 'text/event-stream' });
    const given = [event(0, 'x[A'), event(1, 'y[B'), event(0, '_1]'), event(1, '_1]', 'stop'), event(0, '', 'stop'), 'data: [DONE]\n\n'];
    const out = Buffer.concat([...given.map((text) => restorer.push(Buffer.from(text))), restorer.end()]).toString();
    expect(out).toBe(
      [event(0, 'x'), event(1, 'y'), event(0, 'one'), event(1, 'two', 'stop'), event(0, '', 'stop'), 'data: [DONE]\n\n'].join(''),
    );
  });

  it('passes bytes that are no text, JSON without an end and answers without a type', () => {
    const values: StandIns = { '[A_1]': standInValue('one') };
    const through = (contentType: string, bytes: Buffer): Buffer => {
      const restorer = createRestorer({ values, isJsonText: false, contentType });
      return Buffer.concat([restorer.push(bytes), restorer.end()]);
    };
    const raw = Buffer.from([0xff, 0x00, 0xfe, 0x5b, 0x41]);
    for (const type of ['', 'application/json', 'text/event-stream', 'audio/mpeg']) expect(through(type, raw).equals(raw)).toBe(true);
    expect(through('application/json', Buffer.from('{"a":"[A_1] and')).toString()).toBe('{"a":"one and');
    expect(through('text/event-stream', Buffer.from('data: {"error":"of [A_1]"')).toString()).toBe('data: {"error":"of one"');
  });

  it('that is longer than what may wait passes in pieces, with its values', () => {
    const values: StandIns = { '[A_1]': standInValue('o"ne') };
    const restorer = createRestorer({ values, isJsonText: false, contentType: 'application/json' });
    const filler = Buffer.alloc(9_000_000, 'x').toString();
    const out = [restorer.push(Buffer.from(`{"a":"${filler}[A_`)), restorer.push(Buffer.from('1]"}')), restorer.end()];
    expect(out[0]!.length).toBeGreaterThan(8_000_000);
    expect(JSON.parse(Buffer.concat(out).toString())).toEqual({ a: `${filler}o"ne` });
  });
});
