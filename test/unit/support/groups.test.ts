import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupOf, GROUPS } from '../../support/groups.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.test.ts'));

describe('groups of tests', () => {
  it('hold every test file, once', () => {
    expect(files.length).toBeGreaterThan(100);
    const named = files.map((file) => [file, groupOf(file)] as const);
    expect(named.filter(([, group]) => group === undefined)).toEqual([]);
    expect(new Set(named.map(([, group]) => group))).toEqual(new Set(GROUPS.map(({ name }) => name)));
  });

  it('name no file that is not there', () => {
    const alone = GROUPS.find(({ name }) => name === 'alone');
    for (const pattern of alone?.include ?? []) {
      for (const one of alternatives(pattern)) expect(files, pattern).toContain(one);
    }
  });

  it('keep what measures time from all others', () => {
    expect(GROUPS.find(({ name }) => name === groupOf(path.join(root, 'test/measure/throughput.test.ts')))).toMatchObject({ workers: 1 });
    expect(GROUPS.at(-1)?.workers).toBe(1);
  });
});

/** `a/{b,c}.ts` as `a/b.ts` and `a/c.ts`. */
function alternatives(pattern: string): string[] {
  const parts = /^(.*)\{(.*)\}(.*)$/.exec(pattern);
  return parts ? (parts[2] ?? '').split(',').map((part) => `${parts[1]}${part}${parts[3]}`) : [pattern];
}
