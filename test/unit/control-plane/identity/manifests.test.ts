import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { compileManifests, declareTemplates, judgeRun, recordOf, type Composition } from '../../../../plugin/src/contract/index.ts';
import { commitTo } from '#dialects';
import { readConfig } from '../../../../control-plane/src/config.ts';
import { draftManifest, openManifests, readManifest } from '../../../../control-plane/src/identity/index.ts';
import { diffWords } from '../../../../control-plane/src/identity/words.ts';
import { silentLogger } from '../../../../control-plane/src/kernel/index.ts';
import fc from 'fast-check';

const root = path.resolve(import.meta.dirname, '../../../..');
const example = readFileSync(path.join(root, 'policies/manifests/examples/support.yaml'), 'utf8');
const minimal = (name: string, more = ''): { name: string; text: string } => ({
  name: `${name}.yaml`,
  text: `version: 1\nname: ${name}\nrevision: "1"\n${more}`,
});

describe('a manifest file', () => {
  it('is taken as the example has it, and judges by it', () => {
    const reading = readManifest(example, 'support.yaml');
    if (!reading.ok) expect.fail(JSON.stringify(reading.faults));
    const set = compileManifests([reading.manifest]);
    const text = 'You are the support assistant of Ad & Co. The customer is on the team plan.\nAnswer in at most 3 sentences.';
    const parts: Composition = { instructions: [{ digest: '0'.repeat(64), salted: true, length: 1, role: 'system' }] };
    const commit = () => ({ digest: '1'.repeat(64), salted: true, length: 1 });
    const composition = declareTemplates(parts, [text], set, { route: 'support-web' }, commit);
    const judgement = judgeRun(
      set,
      { route: 'support-web' },
      {
        model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body' },
        parameters: { temperature: 0.2 },
        composition,
        isAnswered: true,
      },
    );
    expect(judgement.differences).toEqual([
      { path: '/composition/tools', kind: 'missing', expected: { name: 'search_tickets', digest: set.manifests[0]?.tools?.[0]?.digest } },
    ]);
  });

  it('has all its faults told at once, with line and expectation and never a value', () => {
    const text = example
      .replace('maximum: 0.5', 'maximum: much')
      .replace('type: integer', 'type: number')
      .replace('name: support-assistant', 'name: Support Assistant');
    const reading = readManifest(text, 'support.yaml');
    if (reading.ok) expect.fail('it was taken');
    expect(reading.faults.map(({ line, field }) => [line, field])).toEqual([
      [6, 'name'],
      [29, 'instructions.0.variables.sentences.type'],
      [53, 'parameters.named.temperature.maximum'],
    ]);
    expect(JSON.stringify(reading.faults)).not.toMatch(/much|Support A/);
    for (const broken of ['a: [', 'a: 1\na: 2', '', '- 1', 'x'.repeat(5_000_000)]) expect(readManifest(broken, 'f.yaml').ok).toBe(false);
  });
});

describe('what YAML can say and JSON cannot', () => {
  const head = 'version: 1\nname: a\nrevision: "1"\n';
  it.each([
    ['half a character', 'description: "x \\uD800 y"\n', 4, 'description'],
    ['half a character in a template', 'instructions:\n  - template: "x \\uD800 y"\n', 5, 'instructions.0.template'],
    ['infinity', 'tools:\n  allowed:\n    - name: x\n      parameters:\n        maximum: .inf\n', 8, 'tools.allowed.0.parameters.maximum'],
    ['a time', 'tools:\n  allowed: [{ name: x, parameters: { d: !!timestamp 2001-12-14 } }]\n', 5, 'tools.allowed.0.parameters.d'],
    ['bytes', 'tools:\n  allowed: [{ name: x, parameters: { d: !!binary aGk= } }]\n', 5, 'tools.allowed.0.parameters.d'],
  ])('is a fault with its place: %s', (_, text, line, field) => {
    const reading = readManifest(head + text, 'f.yaml');
    expect(reading.ok ? [] : reading.faults.map((fault) => [fault.line, fault.field])).toEqual([[line, field]]);
  });

  it('is refused however deeply it is nested, and names of prototypes are names like others', () => {
    for (const depth of [600, 30_000]) {
      const nested = `tools: { allowed: [{ name: x, parameters: ${'{ a: '.repeat(depth)}1${' }'.repeat(depth)} }] }\n`;
      expect(readManifest(head + nested, 'f.yaml').ok).toBe(false);
    }
    const names = 'parameters: { named: { __proto__: { maximum: 1, required: true }, constructor: { minimum: 2 } } }\n';
    const reading = readManifest(head + names, 'f.yaml');
    if (!reading.ok) expect.fail(JSON.stringify(reading.faults));
    const run = { model: { evidence: 'unknown' as const }, parameters: { constructor: 1 }, composition: {}, isAnswered: false };
    const { differences } = judgeRun(compileManifests([reading.manifest]), {}, run);
    expect(differences.map(({ path: where, kind }) => `${where} ${kind}`)).toEqual([
      '/parameters/__proto__ missing',
      '/parameters/constructor changed',
    ]);
  });
});

describe('manifests in force', () => {
  it('stay when the folder cannot be read while it is watched', async () => {
    let isGone = false;
    let changed = (): void => undefined;
    const source = {
      read: () => (isGone ? Promise.reject(new Error('ENOENT')) : Promise.resolve([minimal('a')])),
      signature: () => Promise.resolve(undefined),
      watch: (call: () => void) => {
        changed = call;
        return () => undefined;
      },
    };
    const said: string[] = [];
    const live = await openManifests(source, { ...silentLogger, error: (event: string) => void said.push(event) });
    isGone = true;
    changed();
    await vi.waitFor(() => expect(said).toEqual(['manifests_unreadable']));
    expect(live.current().manifests).toHaveLength(1);
  });

  it('stay as they were while any file has a fault, and are refused at the start', async () => {
    let files = [minimal('a'), minimal('b')];
    const live = await openManifests(
      { read: () => Promise.resolve(files), signature: () => Promise.resolve(undefined), watch: () => () => undefined },
      silentLogger,
    );
    const before = live.current().digest;
    files = [minimal('a'), minimal('b', 'enforce: sometimes')];
    expect(await live.reload()).toBe(false);
    expect(live.current().digest).toBe(before);
    files = [minimal('a')];
    expect(await live.reload()).toBe(true);
    expect(live.current().manifests).toHaveLength(1);
    const twice = [minimal('a'), { ...minimal('a'), name: 'other.yaml' }];
    await expect(
      openManifests(
        { read: () => Promise.resolve(twice), signature: () => Promise.resolve(undefined), watch: () => () => undefined },
        silentLogger,
      ),
    ).rejects.toMatchObject({
      code: 'policy_invalid',
    });
  });

  it('drafted from a run approve that run', () => {
    const composition: Composition = {
      tools: [{ digest: 'a'.repeat(64), length: 1, name: 'find' }],
      context: [{ digest: 'b'.repeat(64), length: 1, source: 'tool' }],
      variant: 'x',
    };
    const run = {
      model: { requested: 'm', executed: 'm-1', evidence: 'response_body' as const },
      parameters: { stop: ['a', 'b'], temperature: 1 },
      composition,
    };
    const manifest = draftManifest(recordOf(run).record, { name: 'drafted', revision: '1', route: 'r' });
    expect(judgeRun(compileManifests([manifest]), { route: 'r' }, { ...run, isAnswered: true }).verdict).toBe('matched');
    expect(
      judgeRun(compileManifests([manifest]), { route: 'r' }, { ...run, parameters: { ...run.parameters, seed: 1 }, isAnswered: true })
        .verdict,
    ).toBe('drifted');
  });
});

describe('a draft with a given text', () => {
  it('approves the text that was sent, with or without the line break at the end of the file', () => {
    const sent = 'You help with plants.';
    const run = {
      model: { evidence: 'unknown' as const },
      parameters: {},
      composition: { instructions: [commitTo(sent, randomBytes, { role: 'system' })] },
    };
    for (const text of [sent, `${sent}\n`, `${sent}\r\n`]) {
      const manifest = draftManifest(recordOf(run).record, { name: 'd', revision: '1', instructions: [{ role: 'system', text }] });
      expect(judgeRun(compileManifests([manifest]), {}, { ...run, isAnswered: false }).differences, JSON.stringify(text)).toEqual([]);
    }
  });
});

describe('texts by word', () => {
  it('give back both texts, and say little where little differs', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'cc', ' ', '\n', 'é'), { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const changes = diffWords(a, b);
        const without = (kind: string): string =>
          changes
            .filter((change) => change.kind !== kind)
            .map((change) => change.text)
            .join('');
        expect(without('added')).toBe(a);
        expect(without('removed')).toBe(b);
        if (a === b) expect(changes.every(({ kind }) => kind === 'same')).toBe(true);
      }),
    );
    expect(diffWords('You are very kind.', 'You are hardly kind.')).toEqual([
      { kind: 'same', text: 'You are ' },
      { kind: 'removed', text: 'very ' },
      { kind: 'added', text: 'hardly ' },
      { kind: 'same', text: 'kind.' },
    ]);
  });

  it('end in bounded time for texts that have nothing in common', () => {
    const of = (word: string): string => Array.from({ length: 20_000 }, (_, index) => `${word}${index}`).join(' ');
    expect(diffWords(of('a'), of('b')).map(({ kind }) => kind)).toEqual(['removed', 'added']);
  });
});

describe('witnesses in the environment', () => {
  const vkey = 'w.example+1+x';
  it('are pairs of URL and key, or a fault', () => {
    expect(readConfig({}).witnesses).toEqual([]);
    expect(() => readConfig({ CLEW_WITNESSES: `https://w.example ${vkey}` })).toThrow(/CLEW_WITNESSES/);
    expect(() => readConfig({ CLEW_WITNESSES: 'https://w.example' })).toThrow(/CLEW_WITNESSES/);
  });
});
