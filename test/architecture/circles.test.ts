// No file reaches itself by imports, types included, also within a room: each can be read, tested and moved with only what
// lies below it. A circle is broken at its seam: data apart from what works on it, or the narrow part that one needs of the other.
import { describe, expect, it } from 'vitest';
import { circlesAmong } from '../support/import-circles.ts';
import { files, importsOf } from '../support/imports.ts';

describe('circles among files', () => {
  it('there are none', () => {
    const imports = ['plugin', 'control-plane', 'scripts', 'test'].flatMap(files).flatMap(importsOf);
    expect(imports.length).toBeGreaterThan(5000);
    expect(circlesAmong(imports).map((circle) => circle.join(' -> '))).toEqual([]);
  });

  it('would be found, each once, with the way that they take', () => {
    const imports = ['a b', 'b c', 'c a', 'c d', 'd e', 'f f', 'g a'].map((pair) => {
      const [from = '', to = ''] = pair.split(' ');
      return { from, to, external: false };
    });
    expect(circlesAmong(imports)).toEqual([
      ['a', 'b', 'c', 'a'],
      ['f', 'f'],
    ]);
  });
});
