// "Durable before acknowledged", as the kernel sees it: the log is synced after it was written and before the caller hears.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { childArguments } from './store-process.ts';

it('the journal is written and synced between a call and its acknowledgement', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-fsync-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const trace = path.join(folder, 'trace');
  const calls = 'trace=fsync,fdatasync,write,pwrite64,pwritev,writev';
  const traced = spawnSync('strace', ['-f', '-y', '-e', calls, '-o', trace, process.execPath, ...childArguments('marks', folder)], {
    encoding: 'utf8',
  });
  expect(traced.error).toBeUndefined();
  expect(traced.stderr).toBe('');
  expect(traced.status).toBe(0);

  /** One letter a call: b(egin), w(rite to the log), s(ync of the log), a(cknowledged). */
  const order = readFileSync(trace, 'utf8')
    .split('\n')
    .map((line) => {
      if (/\bwrite\(1<.*"begin \d/.test(line)) return 'b';
      if (/\bwrite\(1<.*"acknowledged \d/.test(line)) return 'a';
      if (/\bpwrite(64|v)\(\d+<[^>]*clew\.db-wal>/.test(line)) return 'w';
      return /\b(fdatasync|fsync)\(\d+<[^>]*clew\.db-wal>/.test(line) ? 's' : '';
    })
    .join('');
  expect(order.match(/b[^a]*a/g)).toHaveLength(10);
  for (const call of order.match(/b[^a]*a/g) ?? []) expect(call).toMatch(/^bw+sa$/);
});
