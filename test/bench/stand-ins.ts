// What it costs that a provider reads stand-ins: processor time of a request's body in the plugin, and of an answer's
// stream in the script that Kong runs. `node test/bench/stand-ins.ts`; needs luajit.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readConfig } from '../../plugin/src/config.ts';
import { StandInRoute } from '../../plugin/src/upstream/index.ts';
import { ANSWER_FORMS } from '../unit/plugin/upstream/answers.ts';

const PROSE = 'The quick brown fox jumps over the lazy dog, and the meeting of the gardeners begins at noon in the old town hall. ';
const RUNS = 20;

function median(values: number[]): number {
  return values.sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

/** Of `bytes` of conversation, one value in each kilobyte. */
function bodyOf(bytes: number): string {
  const texts = Array.from({ length: Math.ceil(bytes / 1024) }, (_, at) =>
    `${PROSE.repeat(8)} write to user${at}@example.org`.slice(-1000),
  );
  return JSON.stringify({ model: 'm', messages: texts.map((content) => ({ role: 'user', content })) });
}

const { config } = readConfig({ token: 't', hash_key: 'sixteen characters', upstream: 'pseudonyms', upstream_max_bytes: 2_000_000 });
const route = new StandInRoute(config);
for (const bytes of [2_000, 64_000, 1_000_000]) {
  const request = { method: 'POST', path: '/', headers: {}, body: bodyOf(bytes), bodyTruncated: false, startedMs: 0, restores: true };
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const before = process.cpuUsage();
    const outcome = await route.prepare(request, { version: 1 });
    const { user, system } = process.cpuUsage(before);
    if (outcome.kind !== 'replaced') throw new Error('Nothing was replaced');
    times.push((user + system) / 1000);
  }
  process.stdout.write(`request of ${request.body.length} characters: ${median(times).toFixed(2)} ms of processor time\n`);
}

const form = ANSWER_FORMS.find(({ name }) => name === 'chat stream');
if (!form) throw new Error('No such form');
const text = `${PROSE} [EMAIL_ADDRESS_1] `.repeat(60).match(/.{1,5}/g) ?? [];
const answer = form.write({ text, args: ['{}'] });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-bench-'));
const root = path.resolve(import.meta.dirname, '../..');
const program = `
local source = io.open(${JSON.stringify(path.join(root, 'deploy/kong/body-restore.lua'))}):read("*a")
local answer = io.open(${JSON.stringify(path.join(folder, 'answer'))}):read("*a")
local started, rounds = os.clock(), 40
for _ = 1, rounds do
  kong = { ctx = { shared = { clew_restore = { mode = "events", values = { ["[EMAIL_ADDRESS_1]"] = { "a", "a", "a" } } } } } }
  ngx = { arg = {} }
  local run = loadstring(source)()
  for at = 1, #answer, 1024 do
    ngx.arg[1], ngx.arg[2] = answer:sub(at, at + 1023), at + 1024 > #answer
    run()
  end
end
io.write((os.clock() - started) / rounds * 1000)`;
fs.writeFileSync(path.join(folder, 'answer'), answer);
fs.writeFileSync(path.join(folder, 'bench.lua'), program);
const done = spawnSync('luajit', [path.join(folder, 'bench.lua')]);
fs.rmSync(folder, { recursive: true });
if (done.status !== 0) throw new Error(`luajit: ${done.error?.message ?? done.stderr.toString()}`);
const ms = Number(done.stdout.toString());
process.stdout.write(
  `answer of ${text.length} events, ${answer.length} bytes: ${ms.toFixed(2)} ms in Kong's worker, ${((ms * 1000) / text.length).toFixed(1)} µs an event\n`,
);
