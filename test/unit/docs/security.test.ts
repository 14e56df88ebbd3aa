// The threat model names the tests that prove it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './blocks.ts';

const page = readFileSync(path.join(ROOT, 'SECURITY.md'), 'utf8');
const section = (title: string): string => page.split(`### ${title}\n`)[1]?.split('\n### ')[0] ?? '';
const cellsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| attacker '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
const attackers = cellsOf(section('Who attacks, what holds, what does not')).map(([cell = '']) => cell.replaceAll('*', ''));
const proofs = cellsOf(section('What proves it')).map(([attacker = '', file = '', words = '']) => ({
  attacker,
  file: file.replaceAll('`', ''),
  words,
}));

describe('the threat model', () => {
  it('has attackers and proofs', () => {
    expect(attackers.length).toBeGreaterThan(15);
    expect(proofs.length).toBeGreaterThan(20);
  });

  it.each(attackers)('names a test for: %s', (attacker) => {
    expect(proofs.filter((proof) => attacker.startsWith(proof.attacker))).not.toEqual([]);
  });

  it.each(proofs)('$file holds "$words"', ({ attacker, file, words }) => {
    expect(
      attackers.some((one) => one.startsWith(attacker)),
      attacker,
    ).toBe(true);
    expect(words.length).toBeGreaterThan(10);
    expect(existsSync(path.join(ROOT, file)), file).toBe(true);
    expect(readFileSync(path.join(ROOT, file), 'utf8')).toContain(words);
  });
});
