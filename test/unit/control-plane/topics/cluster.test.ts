import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TopicClusters } from '../../../../control-plane/src/topics/index.ts';
import { madeText } from './fixtures.ts';

const unit = (...values: number[]): Float32Array => {
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / norm);
};

describe('topic clusters', () => {
  it('put near texts together and far ones apart, and label by what marks them off', () => {
    const clusters = new TopicClusters({ joinAt: 0.8 });
    const a = clusters.assign('1', unit(1, 0.1, 0), 'Cancel my train ticket to Utrecht');
    const b = clusters.assign('2', unit(1, 0, 0.1), 'Can I cancel the ticket for the train?');
    const c = clusters.assign('3', unit(0, 0, 1), 'My invoice shows a wrong amount');
    expect(b.id).toBe(a.id);
    expect(c.id).not.toBe(a.id);
    expect(clusters.label(a.id).split(' ')).toEqual(expect.arrayContaining(['cancel', 'ticket', 'train']));
    expect(clusters.label(c.id)).toContain('invoice');
    expect(clusters.label('tp_unknown')).toBe('');
  });

  it('never puts a placeholder of redaction into a label', () => {
    const clusters = new TopicClusters();
    const { label } = clusters.assign('1', unit(1, 0), '[PERSON] lost the card [CREDIT_CARD:ab12] yesterday');
    expect(label).not.toMatch(/person|credit|ab12/);
    expect(label).toContain('lost');
  });

  it('stays within the bound of topics', () => {
    const clusters = new TopicClusters({ joinAt: 2, maxTopics: 3 });
    for (let n = 0; n < 20; n += 1) clusters.assign(String(n), unit(Math.cos(n), Math.sin(n)), `word${n} text`);
    expect(clusters.size).toBe(3);
  });

  it('gives the same topics for the same texts in the same order', () => {
    const rows = fc.array(fc.tuple(fc.float({ min: -1, max: 1, noNaN: true }), fc.float({ min: -1, max: 1, noNaN: true })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(rows, (points) => {
        const run = (): string[] => {
          const clusters = new TopicClusters({ seed: 's' });
          return points.map(([x, y], index) => clusters.assign(String(index), unit(x + 2, y), `text ${index}`).id);
        };
        expect(run()).toEqual(run());
      }),
    );
  });

  const feed = (clusters: TopicClusters, from: number, to: number, count: number): void => {
    for (let n = from; n < to; n += 1) {
      const { vector, text } = madeText(n, count);
      clusters.assign(`r${n}`, vector, text);
    }
  };

  it('keep their ids when texts are looked at together again, and when more texts come', () => {
    const clusters = new TopicClusters();
    feed(clusters, 0, 60, 4);
    clusters.consolidate();
    const before = clusters.labels().map(({ id }) => id);
    expect(before).toHaveLength(4);
    expect(clusters.consolidate()).toEqual({ moves: [], changes: [] });
    feed(clusters, 60, 120, 6);
    clusters.consolidate();
    const after = clusters.labels();
    expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(6);
    expect(after.every(({ parent }) => parent?.id.startsWith('tg_') === true && parent.label !== '')).toBe(true);
  });

  it('merge what belongs together, under the id of the larger, and say so', () => {
    const apart = new TopicClusters({ joinAt: 1.1 });
    feed(apart, 0, 30, 2);
    expect(apart.size).toBe(30);
    const { moves, changes } = apart.consolidate();
    expect(apart.size).toBe(2);
    expect(changes.filter(({ kind }) => kind === 'merge')).toHaveLength(28);
    expect(moves.length).toBe(28);
    const alive = new Set(apart.labels().map(({ id }) => id));
    expect(changes.every(({ from, to }) => alive.has(to) && !alive.has(from))).toBe(true);
  });

  it('split what does not belong together, and say so', () => {
    const one = new TopicClusters({ joinAt: -1 });
    feed(one, 0, 60, 3);
    expect(one.size).toBe(1);
    const [first] = one.labels();
    const { changes } = one.consolidate();
    expect(one.labels().map(({ id }) => id)).toContain(first?.id);
    expect(changes.map(({ kind, from }) => ({ kind, from }))).toEqual([
      { kind: 'split', from: first?.id },
      { kind: 'split', from: first?.id },
    ]);
  });

  it('lose no text, whatever is looked at together and when', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.boolean()), { minLength: 1, maxLength: 40 }), (steps) => {
        const clusters = new TopicClusters({ reservoir: 10 });
        const run = new Map<string, string>();
        steps.forEach(([n, together], index) => {
          const { vector, text } = madeText(n, 6);
          run.set(`s${index}`, clusters.assign(`s${index}`, vector, text).id);
          if (!together) return;
          const { moves, changes } = clusters.consolidate();
          for (const { id, from, to } of moves) {
            expect(run.get(id)).toBe(from);
            run.set(id, to);
          }
          for (const { kind, from, to } of changes) {
            if (kind === 'merge') for (const [id, topic] of run) if (topic === from) run.set(id, to);
          }
        });
        const alive = clusters.labels().map(({ id }) => id);
        expect(new Set(alive)).toEqual(new Set(run.values()));
      }),
    );
  });

  it('are looked at together when their texts have doubled, so that the time for it stays in proportion', () => {
    const clusters = new TopicClusters();
    const at: number[] = [];
    for (let n = 1; n <= 3_000; n += 1) {
      const { vector, text } = madeText(n % 40, 4);
      clusters.assign(`r${n}`, vector, text);
      if (!clusters.isDue) continue;
      at.push(n);
      clusters.postpone();
    }
    expect(at).toEqual([256, 512, 1024, 2048]);
  });
});
