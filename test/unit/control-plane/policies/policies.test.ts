import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '#contract';
import { unsafePatternReason } from '#redact';
import { policyFile } from '../../../../control-plane/src/adapters/files/index.ts';
import { silentLogger } from '../../../../control-plane/src/kernel/index.ts';
import { isPurposeMissing, modeOf, openPolicy, PolicyError, readPolicy } from '../../../../control-plane/src/policies/index.ts';
import { isGlobMatch } from '../../../../control-plane/src/policies/mode.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const read = (text: string) => readPolicy(text, 'p.yaml', unsafePatternReason);

describe('reading policies', () => {
  const shipped = ['default.yaml', ...readdirSync(path.join(root, 'policies/examples')).map((name) => `examples/${name}`)];
  it.each(shipped)('takes the shipped %s', (name) => {
    expect(read(readFileSync(path.join(root, 'policies', name), 'utf8'))).toMatchObject({ ok: true });
  });

  it('judges a file of very many or very long patterns in no time', () => {
    const many = Array.from({ length: 8_000 }, () => '    - {type: X1, pattern: a+b}')
      .join('\n')
      .slice(0, 1_000_000);
    for (const patterns of [
      many,
      `    - {type: X1, pattern: "${'('.repeat(300_000)}"}`,
      `    - {type: X1, pattern: "${'['.repeat(300_000)}"}`,
    ]) {
      const start = process.threadCpuUsage();
      expect(read(`version: 1\nredaction:\n  patterns:\n${patterns.slice(0, patterns.lastIndexOf('}') + 1)}\n`)).toMatchObject({
        ok: false,
      });
      expect(process.threadCpuUsage(start).user / 1_000).toBeLessThan(20_000);
    }
  });

  it('reports all faults at once with line, expectation and consequence', () => {
    const reading = read(
      [
        'version: 1',
        'mode: everything',
        'sampling:',
        '  rate: 2',
        '  rescu: 3',
        'redaction:',
        '  patterns:',
        '    - type: X1',
        '      pattern: "(a+)+$"',
      ].join('\n'),
    );
    expect(reading.ok).toBe(false);
    const faults = reading.ok ? [] : reading.faults;
    expect(faults.map(({ line, field }) => [line, field])).toEqual([
      [2, 'mode'],
      [4, 'sampling.rate'],
      [5, 'sampling.rescu'],
      [9, 'redaction.patterns.0.pattern'],
    ]);
    expect(faults[0]?.expected).toContain('full, topic_only, metadata_only, off');
    expect(faults[1]?.consequence).toContain('Share of principals and days');
    expect(faults[2]?.expected).toContain('rescue');
    expect(faults[3]?.expected).toContain('linear time');
    expect(faults.every(({ file, consequence }) => file === 'p.yaml' && consequence !== '')).toBe(true);
  });

  it.each([
    ['broken YAML', 'version: 1\nmode: [full', 2],
    ['a key that stands twice', 'version: 1\nmode: full\nmode: off\n', 3],
    ['no mapping', '- 1', 1],
    ['nothing', '', 1],
  ])('refuses %s with its line', (_what, text, line) => {
    const reading = read(text);
    expect(reading.ok ? undefined : reading.faults[0]?.line).toBe(line);
  });

  it('takes "topics: off" for topics that are not enabled, and no other word', () => {
    const [short, long] = [read('version: 1\ntopics: off\n'), read('version: 1\ntopics: { enabled: false }\n')];
    expect(short).toMatchObject({ ok: true, loaded: { policy: { topics: { enabled: false } } } });
    expect(short).toEqual(long);
    expect(read('version: 1\ntopics: never\n')).toMatchObject({ ok: false, faults: [{ line: 2, field: 'topics' }] });
  });

  it('refuses a file whose aliases unfold without end', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefg'.split('').map(
        (name, index) =>
          `${name}: &${name} [${Array(9)
            .fill(`*${'abcdef'[index] ?? 'a'}`)
            .join(',')}]`,
      ),
    ];
    expect(read(bomb.join('\n')).ok).toBe(false);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(typeof read(text).ok).toBe('boolean');
      }),
    );
  });

  it('gives the same digest whatever the order and layout', () => {
    const [a, b] = [read('version: 1\nmode: full\nname: x'), read('{name: x, mode: full, version: 1}')];
    expect(a.ok && b.ok && a.loaded.digest === b.loaded.digest).toBe(true);
  });
});

describe('the policy in force', () => {
  it('takes a changed file by itself and keeps the last good one', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'clew-policy-'));
    const file = path.join(folder, 'p.yaml');
    writeFileSync(file, 'version: 1\nname: first');
    const live = await openPolicy(policyFile(file), unsafePatternReason, silentLogger);
    try {
      const changes: string[] = [];
      live.onChange(({ digest }) => void changes.push(digest));
      const before = live.current().digest;
      writeFileSync(file, 'version: 1\nname: second\npurpose: mending faults\nlegalBasis: contract\n');
      await expect.poll(() => live.current().policy.name, { timeout: 5_000 }).toBe('second');
      expect(changes).toEqual([live.current().digest]);
      expect(live.current().digest).not.toBe(before);
      writeFileSync(file, 'version: 1\nname: [third');
      expect(await live.reload()).toBe(false);
      expect(live.current().policy.name).toBe('second');
      rmSync(file);
      expect(await live.reload()).toBe(false);
    } finally {
      live.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('does not start with a policy that has faults', async () => {
    const source = { name: 'p.yaml', read: () => Promise.resolve('version: 7'), watch: () => () => undefined };
    await expect(openPolicy(source, unsafePatternReason, silentLogger)).rejects.toThrow(PolicyError);
  });
});

describe('modeOf', () => {
  const sample = (fields: Partial<Sample>): Sample => ({ version: 1, id: 'x', startedAt: '2026-01-01T00:00:00Z', ...fields });
  const routed = (route: string, mode?: Sample['mode']): Sample => sample({ gateway: { kind: 'kong', route }, ...(mode && { mode }) });
  const policy = {
    version: 1,
    mode: 'full',
    routes: [
      { match: { route: 'triage-*' }, mode: 'topic_only' },
      { match: { route: 'off' }, mode: 'off' },
    ],
  } as const;
  const own = { ...policy, routes: [...policy.routes] };

  it('takes the first rule that matches, and the stricter of gateway and own', () => {
    expect(modeOf(own, routed('chat'))).toBe('full');
    expect(modeOf(own, routed('triage-1'))).toBe('topic_only');
    expect(modeOf(own, routed('triage-1', 'metadata_only'))).toBe('metadata_only');
    expect(modeOf(own, routed('chat', 'topic_only'))).toBe('topic_only');
    expect(modeOf(own, routed('off'))).toBe('off');
    expect(modeOf(own, sample({}))).toBe('full');
  });

  it('matches globs as a plain search would', () => {
    const alphabet = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 8 }).map((parts) => parts.join(''));
    const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 10 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(alphabet, text, (glob, value) => {
        expect(isGlobMatch(glob, value)).toBe(new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(value));
      }),
    );
  });
});

describe('why texts are kept', () => {
  const fieldsOf = (text: string, isNew = true): readonly string[] => {
    const reading = readPolicy(text, 'p.yaml', unsafePatternReason, isNew);
    return reading.ok ? [] : reading.faults.map(({ field, line }) => `${line} ${field}`);
  };
  const WHY = 'purpose: mending faults\nlegalBasis: contract\n';

  it('is said by every new policy that keeps any, along with all other faults', () => {
    expect(fieldsOf('version: 1\n')).toEqual(['1 purpose', '1 legalBasis']);
    expect(fieldsOf('version: 1\nname: x\nmode: full\nlegalBasis: consent\n')).toEqual(['3 purpose']);
    expect(fieldsOf('version: 1\nmode: metadata_only\nroutes: [{ match: { route: a }, mode: full }]\n')).toEqual([
      '2 purpose',
      '2 legalBasis',
    ]);
    expect(fieldsOf('version: 1\nsampling: { rate: 7 }\n')).toEqual(['1 purpose', '1 legalBasis', '2 sampling.rate']);
    expect(fieldsOf(`version: 1\n${WHY}`)).toEqual([]);
    expect(fieldsOf('version: 1\nlegalBasis: because\npurpose: short\n')).toEqual(['2 legalBasis', '3 purpose']);
  });

  it('is not asked where none is kept, nor of a file that was in force before', () => {
    for (const mode of ['topic_only', 'metadata_only', 'off']) expect(fieldsOf(`version: 1\nmode: ${mode}\n`), mode).toEqual([]);
    expect(fieldsOf('version: 1\n', false)).toEqual([]);
  });

  it('is asked of a file that is changed while the server runs, and of none that it starts with or goes back to', async () => {
    let text = 'version: 1\nname: old\n';
    const source = { name: 'p.yaml', read: () => Promise.resolve(text), watch: () => () => undefined };
    const lines: string[] = [];
    const logger = { ...silentLogger, warn: (event: string) => void lines.push(event), error: (event: string) => void lines.push(event) };
    const live = await openPolicy(source, unsafePatternReason, logger);
    expect([live.current().policy.name, lines]).toEqual(['old', ['policy_without_purpose']]);
    text = 'version: 1\nname: new\n';
    expect([await live.reload(), live.current().policy.name]).toEqual([false, 'old']);
    expect(lines.slice(1)).toEqual(['policy_refused', 'policy_fault', 'policy_fault']);
    text = `version: 1\nname: new\n${WHY}`;
    expect([await live.reload(), live.current().policy.name]).toEqual([true, 'new']);
    text = 'version: 1\nname: old\n';
    expect([await live.reload(), await live.reload({ wasInForce: true }), live.current().policy.name]).toEqual([false, true, 'old']);
    text = 'version: 1\nname: none\nmode: metadata_only\n';
    expect(await live.reload()).toBe(true);
    live.close();
  });

  it('is missing from a policy that says it by half', () => {
    expect([isPurposeMissing({ version: 1 }), isPurposeMissing({ version: 1, purpose: 'mending faults' })]).toEqual([true, true]);
    expect(isPurposeMissing({ version: 1, mode: 'off' })).toBe(false);
    expect(isPurposeMissing({ version: 1, purpose: 'mending faults', legalBasis: 'consent' })).toBe(false);
  });
});
