// What a topic is called in front of people who may not see its texts.
import { describe, expect, it } from 'vitest';
import { FIXED_TOPICS, publicLabel } from '../../../../control-plane/src/topics/index.ts';

const SCOPE = { tenant: 'acme', environment: 'production' };
const store = (label: string, prompts: readonly (readonly [principal: string, text: string])[]) => ({
  labelOf: () => Promise.resolve(label),
  prompts: () => Promise.resolve(prompts.map(([principal, text]) => ({ principal, text }))),
});

describe('publicLabel', () => {
  it('holds the words that enough people used, in whatever form, and none that one person used often', async () => {
    const prompts = [
      ['ann', 'my cards are lost'],
      ['bob', 'a lost card'],
      ['cem', 'where is Quimby'],
      ['cem', 'Quimby again'],
    ] as const;
    expect(await publicLabel(store('card quimby lost', prompts), SCOPE, 'tp_1', 2)).toBe('card lost');
  });

  it('is empty where no texts are kept, for nothing shows that anybody used the words', async () => {
    expect(await publicLabel(store('card lost', []), SCOPE, 'tp_1', 1)).toBe('');
  });

  it('is whole for every topic of the fixed list, of which no texts may be kept', async () => {
    const all = FIXED_TOPICS.flatMap(({ id, label, parent }) => [{ id, label }, ...(parent ? [parent] : [])]);
    expect(all.length).toBeGreaterThan(30);
    for (const { id, label } of all) {
      expect(label).not.toBe('');
      expect(await publicLabel(store(label, []), SCOPE, id, 10)).toBe(label);
    }
  });
});
