// The labels that models are trained and tested on: whole, of the words of the guide, and without any text of the data.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FOLLOW_UPS } from '../../../../control-plane/src/threads/follow-up.ts';
import { INTENTS } from '../../../../control-plane/src/threads/intent.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../../control-plane/training/labels');
interface Labels {
  readonly intent: string;
  readonly followUp?: string;
}
type Row = Readonly<Record<'pass1' | 'pass2' | 'final', Labels>> & { readonly corpus: string; readonly id: string };
const rows = readFileSync(path.join(FOLDER, 'prompts.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

describe('labelled prompts', () => {
  it('are six hundred or more, each once', () => {
    expect(rows.length).toBeGreaterThanOrEqual(600);
    expect(new Set(rows.map(({ corpus, id }) => `${corpus}/${id}`)).size).toBe(rows.length);
  });

  it('hold labels of the guide and ids, nothing else', () => {
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['corpus', 'id', 'pass1', 'pass2', 'final']);
      expect(row.id).toMatch(/^[A-Za-z0-9:_-]{1,40}$/);
      for (const { intent, followUp, ...rest } of [row.pass1, row.pass2, row.final]) {
        expect(INTENTS as readonly string[]).toContain(intent);
        expect([undefined, 'none', ...FOLLOW_UPS] as readonly unknown[]).toContain(followUp);
        expect(rest).toEqual({});
      }
      // Both passes and the decision are on the same question.
      expect(new Set([row.pass1, row.pass2, row.final].map(({ followUp }) => followUp === undefined)).size).toBe(1);
    }
  });

  it('are decided where the passes agree as these say', () => {
    for (const { pass1, pass2, final } of rows)
      for (const field of ['intent', 'followUp'] as const) if (pass1[field] === pass2[field]) expect(final[field]).toBe(pass1[field]);
  });
});

describe('own prompts', () => {
  it('hold every intent and every kind that is learned, each where it can stand', () => {
    const used = new Set<string>();
    let goesOn = false;
    for (const line of readFileSync(path.join(FOLDER, 'own.txt'), 'utf8').trimEnd().split('\n')) {
      if (/^[>*]/.test(line)) goesOn = line.startsWith('>');
      else if (!/^[<#]/.test(line)) {
        expect(line).toMatch(goesOn ? /^[itme][PSECFN] \S/ : /^[itme]- \S/);
        used.add(line.slice(0, 1)).add(line.slice(1, 2));
      }
    }
    expect([...used].sort().join('')).toBe('-CEFNPSeimt');
  });
});
