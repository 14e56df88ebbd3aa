import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../../../control-plane/src/search/index.ts';

describe('parseQuery', () => {
  it('reads filters, quotes and words in any order', () => {
    expect(parseQuery('how to model:"my model" Repot user:p_1 a lemon-tree POSITION:Orphaned after:2026-01-01')).toEqual({
      filters: { model: 'my model', user: 'p_1', position: 'orphaned', afterMs: Date.UTC(2026, 0, 1) },
      text: 'how to Repot a lemon-tree',
      words: ['how', 'to', 'repot', 'a', 'lemon', 'tree'],
    });
  });

  it.each(['position:sideways', 'after:tomorrow', 'colour:blue', 'model:', 'https://example.com/a?b=c', '12:30', 'constructor:x'])(
    'takes %s as words',
    (query) => {
      expect(parseQuery(query)).toMatchObject({ filters: {}, text: query });
    },
  );

  it('gives every text a meaning, and never more than 32 words', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 })), (query) => {
        const parsed = parseQuery(query);
        expect(parsed.words.length).toBeLessThanOrEqual(32);
        expect(parsed.words.every((word) => /^[\p{L}\p{N}_]+$/u.test(word))).toBe(true);
      }),
    );
  });
});
