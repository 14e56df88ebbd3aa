// How well threads are found in conversations that people wrote, beside the plain gap rule. The shipped weights were fitted
// to these very files (but never to the real log), so the first figures show that serving does what training measured; what
// holds for conversations that were not seen is in docs/LINKING.md, with the command.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Page, RequestView, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { sampleOf } from '../support/conversation-sample.ts';
import { sharedFile, sharedRows } from '../support/shared-data.ts';
import { startControlPlane, until } from '../support/stack.ts';
import { gapRule, scoreThreads, type Scores } from '../support/thread-scores.ts';

const HALF_HOUR = 1800;
const folder = mkdtempSync(path.join(tmpdir(), 'clew-linking-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Replayed {
  readonly id: string;
  readonly thread: string;
  readonly confidence: number;
}

/** `clew replay` in a process of its own. Names are left in place to save minutes; the real log below has them replaced. */
async function replay(file: string, name: string): Promise<readonly Replayed[]> {
  const out = path.join(folder, `${name}.jsonl`);
  const child = spawn(process.execPath, ['control-plane/src/cli/main.ts', 'replay', file, '--no-names', '--out', out], { stdio: 'ignore' });
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  return readFileSync(out, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Replayed);
}

const shown = ({ link, bCubed }: Scores): string => `${link.toFixed(1)}/${bCubed.toFixed(1)}`;

describe('linking', () => {
  it.for([
    ['A', 97.5, 95],
    ['B', 85, 84],
    ['C', 96, 92],
  ] as const)('finds threads in written conversations, set %s', async ([name, link, bCubed], context) => {
    const file = sharedFile(`data/threads_${name}.jsonl`);
    if (file === undefined) {
      context.skip();
      return;
    }
    const rows = sharedRows(file);
    const replayed = await replay(file, name);
    const scores = scoreThreads(rows, new Map(replayed.map(({ id, thread }) => [id, thread])));
    const gap = scoreThreads(rows, gapRule(rows, HALF_HOUR));
    process.stderr.write(`threads_${name}: link F1/B3 ${shown(scores)}, gap rule ${shown(gap)}\n`);
    expect(replayed.every(({ confidence }) => confidence >= 0 && confidence <= 1)).toBe(true);
    expect(scores.link).toBeGreaterThanOrEqual(link);
    expect(scores.bCubed).toBeGreaterThanOrEqual(bCubed);
  });

  it('stays within two points of the gap rule on a real log, through the running control plane', async (context) => {
    const file = sharedFile('data/threads_real.jsonl');
    if (file === undefined) {
      context.skip();
      return;
    }
    const rows = sharedRows(file);
    const gap = scoreThreads(rows, gapRule(rows, HALF_HOUR));
    const plane = await startControlPlane();
    try {
      const body = rows.map((row) => JSON.stringify(sampleOf(row))).join('\n');
      expect((await plane.post('/v1/samples', body, { 'content-type': 'application/x-ndjson' })).status).toBe(202);
      const threads = await until(() => threadsOf(rows, plane.get.bind(plane)), 'all requests to be linked', 150_000);
      const scores = scoreThreads(rows, threads);
      process.stderr.write(`threads_real through the control plane: link F1/B3 ${shown(scores)}, gap rule ${shown(gap)}\n`);
      expect(scores.link).toBeGreaterThanOrEqual(gap.link - 2);
      expect(scores.bCubed).toBeGreaterThanOrEqual(gap.bCubed - 2);
    } finally {
      await plane.stop();
      rmSync(plane.folder, { recursive: true, force: true });
    }
  });
});

/** The thread of each row as the API tells it; nothing while some are not linked yet. */
async function threadsOf(
  rows: readonly { readonly id: string }[],
  get: <T>(route: string) => Promise<T>,
): Promise<Map<string, string> | undefined> {
  let stored = 0;
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<ThreadSummary> = await get(`/v1/threads?limit=100${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
    stored += page.items.reduce((sum, { calls }) => sum + calls, 0);
    cursor = page.next;
  }
  if (stored < rows.length) return undefined;
  const threads = new Map<string, string>();
  for (const { id } of rows) threads.set(id, (await get<RequestView>(`/v1/requests/${encodeURIComponent(id)}`)).thread);
  return threads;
}
