import { describe, expect, it } from 'vitest';
import { canonicalDigest } from '../../../../plugin/src/contract/index.ts';
import { compareRuns } from '../../../../control-plane/src/identity/compare.ts';
import { diffRecords, recordOf, type RunSource, type StoredRun } from '../../../../control-plane/src/identity/index.ts';

const digest = 'a'.repeat(64);
const source: RunSource = {
  runId: '0'.repeat(31) + '1',
  dialect: 'openai.chat',
  model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body' },
  parameters: { temperature: 0.2, stop: ['x'] },
  composition: {
    instructions: [{ digest, salted: true, salt: 'A'.repeat(22), length: 12 }],
    tools: [{ digest, length: 30, name: 'search' }],
  },
  history: { messages: [`u${'a'.repeat(22)}`, `a${'b'.repeat(22)}`] },
};

describe('composition record', () => {
  it('has a digest that depends on its content and not on the order of fields', () => {
    const one = recordOf(source);
    const turned = recordOf(Object.fromEntries(Object.entries(source).reverse()));
    expect(turned.digest).toBe(one.digest);
    expect(one.digest).toBe(canonicalDigest(one.record));
    expect(recordOf({ ...source, parameters: { temperature: 0.3 } }).digest).not.toBe(one.digest);
  });

  it('holds no salt', () => {
    expect(JSON.stringify(recordOf(source).record)).not.toContain('AAAA');
  });

  it('says unknown rather than guessing', () => {
    expect(recordOf({}).record).toMatchObject({
      runId: null,
      dialect: 'unknown',
      model: { evidence: 'unknown' },
      history: { length: 0, chain: null },
    });
  });
});

describe('diff of two records', () => {
  const { record } = recordOf(source);

  it('is empty for the same composition in another run', () => {
    expect(diffRecords(record, recordOf({ ...source, runId: 'f'.repeat(32) }).record)).toEqual([]);
  });

  it('names each difference by path', () => {
    const other = recordOf({
      ...source,
      model: { requested: 'gpt-4o', executed: 'gpt-4o-mini', evidence: 'response_body' },
      parameters: { temperature: 0.9, top_p: 1 },
    }).record;
    expect(diffRecords(record, other)).toEqual([
      { path: '/model/executed', kind: 'changed', a: 'gpt-4o-2024-08-06', b: 'gpt-4o-mini' },
      { path: '/parameters/stop', kind: 'removed', a: ['x'] },
      { path: '/parameters/temperature', kind: 'changed', a: 0.2, b: 0.9 },
      { path: '/parameters/top_p', kind: 'added', b: 1 },
    ]);
  });

  it('does not compare salted commitments, which differ for equal texts', () => {
    const other = recordOf({
      ...source,
      composition: { ...source.composition, instructions: [{ digest: 'b'.repeat(64), salted: true, length: 12 }] },
    }).record;
    expect(diffRecords(record, other)).toEqual([]);
  });
});

describe('two runs side by side', () => {
  const [before, after] = ['b'.repeat(64), 'c'.repeat(64)];
  const runWith = (tool: string): StoredRun => ({
    ...recordOf({ ...source, composition: { tools: [{ digest: tool, length: 30, name: 'search' }] } }),
    id: tool.slice(0, 32),
    requestId: 'r',
    threadId: null,
    traceId: null,
    atMs: 0,
    judgement: { verdict: 'undeclared', manifest: null, checked: [], differences: [] },
    signed: null,
    logIndex: null,
  });
  const definition = (type: string) => ({ name: 'search', parameters: { type: 'object', properties: { day: { type } } } });

  it('show where the definitions of a tool differ, by their own fields, where both are declared', () => {
    const declared = { template: () => undefined, tool: (one: string) => definition(one === before ? 'string' : 'integer') };
    expect(compareRuns(runWith(before), runWith(after), declared, undefined).tools).toEqual([
      {
        path: '/composition/tools/0/digest',
        name: 'search',
        differences: [{ path: '/parameters/properties/day/type', kind: 'changed', a: 'string', b: 'integer' }],
      },
    ]);
    const half = { ...declared, tool: (one: string) => (one === before ? definition('string') : undefined) };
    expect(compareRuns(runWith(before), runWith(after), half, undefined).tools).toEqual([]);
  });
});
