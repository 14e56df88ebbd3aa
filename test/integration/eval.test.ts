// The command as people call it: on the samples of the repository, on a folder that has little, and on one that is wrong.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Report } from '../../scripts/eval/evaluate.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'clew-eval-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function evaluate(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/eval.ts', ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], CLEW_CALLED_FROM: folder },
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

it('gives every figure for the samples of the repository', async () => {
  const { code, out, err } = await evaluate();
  expect(code).toBe(0);
  const { results, notFound } = JSON.parse(out) as Report;
  expect(results.map(({ kind }) => kind)).toEqual(['threads', 'intents', 'follow_ups', 'topics', 'pii', 'clean']);
  expect(notFound).toEqual([]);
  const [threads, intents, followUps, topics, pii, clean] = results;
  // Loose on purpose: the samples show that all works.
  if (threads?.kind !== 'threads' || intents?.kind !== 'intents' || followUps?.kind !== 'follow_ups' || topics?.kind !== 'topics')
    throw new Error('Other figures');
  expect(threads.ours.linkF1).toBeGreaterThan(threads.cosine.linkF1);
  expect(threads.ours).toMatchObject({ rows: 27, missing: 0, crossUser: 0 });
  expect(intents.mapped?.accuracy).toBeGreaterThan(50);
  expect(followUps.figures.accuracy).toBeGreaterThan(60);
  expect(Object.keys(followUps.figures.byLabel)).toEqual(
    expect.arrayContaining(['correction', 'elaboration', 'implicit_subject', 'pronoun', 'refinement', 'repeat']),
  );
  expect(topics.figures.nmi).toBeGreaterThan(50);
  if (pii?.kind !== 'pii' || clean?.kind !== 'clean') throw new Error('Other figures');
  expect(pii.figures.patternRecall).toBe(100);
  expect(clean.altered).toBeLessThanOrEqual(10);
  for (const words of [
    'gap of 30 minutes',
    'cosine over 0.75',
    'macro-F1',
    'error_recovery',
    'follow-up kinds',
    'refinement',
    'NMI',
    'persons',
    'too few for a verdict',
  ])
    expect(err).toContain(words);
});

it('says what it did not find', async () => {
  mkdirSync(path.join(folder, 'little'));
  copyFileSync(path.join(ROOT, 'test/fixtures/eval/clean_own.jsonl'), path.join(folder, 'little/clean.jsonl'));
  writeFileSync(path.join(folder, 'little/pii.jsonl'), '\n');
  const { code, out, err } = await evaluate('--data', 'little', '--only', 'pii,topics');
  expect(code).toBe(0);
  const { results, notFound } = JSON.parse(out) as Report;
  expect(results).toMatchObject([{ kind: 'clean', rows: 12 }]);
  expect(notFound).toEqual([expect.stringContaining('topics: no topics*.jsonl'), 'pii.jsonl: holds no rows']);
  expect(err).toContain('Not measured:');
});

it('says what is wrong with a file or a call', async () => {
  mkdirSync(path.join(folder, 'wrong'));
  writeFileSync(path.join(folder, 'wrong/intents.jsonl'), '{"id":"1","text":"secret words"}\n');
  const wrong = await evaluate('--data', 'wrong');
  expect(wrong).toMatchObject({ code: 2, out: '' });
  expect(wrong.err).toContain('intents.jsonl, line 1: has no intent');
  expect(wrong.err).not.toContain('secret words');
  expect(await evaluate('--data', 'nowhere')).toMatchObject({ code: 2 });
  mkdirSync(path.join(folder, 'empty'));
  expect(await evaluate('--data', 'empty')).toMatchObject({ code: 1 });
});
