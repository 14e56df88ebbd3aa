import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TopicClusters } from '../../../../control-plane/src/topics/index.ts';

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
});
