// `npm run demo -- --once --quick` as a newcomer would call it: the whole product, all sample conversations, one report.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONVERSATIONS } from '../../scripts/demo/conversations/index.ts';
import { KINDS } from '../../scripts/demo/kinds.ts';
import { OPINIONS } from '../../scripts/demo/opinions.ts';
import { PLANTED } from '../../scripts/demo/planted.ts';
import type { Report } from '../../scripts/demo/run.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const LIMIT_SECONDS = 90;

describe('npm run demo -- --once --quick', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-demo-'));
  let report: Report;
  let seconds = 0;

  beforeAll(() => {
    const started = performance.now();
    const run = spawnSync(process.execPath, ['scripts/run.mjs', 'demo', '--once', '--quick'], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        CLEW_DATA: folder,
        CLEW_PORT: '0',
        CLEW_GATEWAY_PORT: '0',
        // What other programs of a developer have set is none of the demo's business.
        DATABASE_URL: 'postgres://127.0.0.1:9/other',
        WEAVIATE_URL: 'http://127.0.0.1:9',
        CLEW_OIDC_ISSUER: 'https://login.example.org',
      },
      encoding: 'utf8',
      maxBuffer: 16 * 1024 * 1024,
    });
    seconds = (performance.now() - started) / 1000;
    expect(run.status, run.stderr).toBe(0);
    report = JSON.parse(run.stdout) as Report;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('stores everything that it sends, from many people', () => {
    expect(report.requests).toBeGreaterThanOrEqual(400);
    expect(report.stored).toBe(report.requests);
    expect(report.users).toBeGreaterThanOrEqual(15);
  });

  it('makes traffic of every kind', () => {
    const missing = KINDS.filter((kind) => !(report.made[kind] > 0));
    expect(missing).toEqual([]);
    expect(report.made.interleaved).toBeGreaterThanOrEqual(2);
  });

  it('finds what was made: calls under their turns, failures, blocks, other models', () => {
    const { made } = report;
    // A question that is sent again after a failure is a step of its turn, too.
    expect(report.steps).toBeGreaterThanOrEqual(made.toolCalls);
    expect(report.steps).toBeLessThanOrEqual(made.toolCalls + made.errors);
    expect(report.auxiliary).toBe(made.titles + made.summaries + made.embeddings);
    expect(report.errors).toBe(made.errors);
    expect(report.blocks).toBe(made.blocks);
    expect(report.fallbacks).toBe(made.fallbacks);
    expect(report.compactions).toBe(made.summaries);
    expect(report.truncations).toBeGreaterThanOrEqual(20);
    expect(report.forks).toBeGreaterThanOrEqual(3);
    expect(report.corrections).toBeGreaterThanOrEqual(8);
    expect(report.refinements).toBeGreaterThanOrEqual(10);
  });

  it('counts what people say, at the threads that they say it of', () => {
    const { made } = report;
    expect(made.thumbsUp).toBeGreaterThanOrEqual(5);
    expect(made.thumbsDown).toBeGreaterThanOrEqual(3);
    for (const kind of ['thumbsUp', 'thumbsDown', 'scores', 'completions', 'comments'] as const) {
      expect(made[kind], kind).toBeGreaterThan(0);
      expect(report[kind], kind).toBe(made[kind]);
    }
  });

  it('finds about as many threads as conversations were made, and rarely mixes two', () => {
    expect(report.conversationsMade).toBeGreaterThanOrEqual(80);
    expect(Math.abs(report.threadsFound - report.conversationsMade)).toBeLessThanOrEqual(report.conversationsMade * 0.1);
    expect(report.pairPrecision).toBeGreaterThanOrEqual(0.85);
    expect(report.pairRecall).toBeGreaterThanOrEqual(0.95);
  });

  it('brings what two applications have approved, and names the release behind its incident', () => {
    expect(report.verdicts['matched']).toBeGreaterThanOrEqual(30);
    expect(report.verdicts['drifted']).toBeGreaterThanOrEqual(30);
    expect(report.verdicts['undeclared']).toBeGreaterThanOrEqual(200);
    expect(report.causes).toEqual(['verdict: drifted']);
  });

  it('shows threads within seconds', () => {
    expect(report.secondsToFirstThread).toBeGreaterThan(0);
    expect(report.secondsToFirstThread).toBeLessThan(30);
    expect(report.secondsToAllStored).toBeLessThan(LIMIT_SECONDS);
    expect(seconds).toBeLessThan(LIMIT_SECONDS);
  });

  it('keeps no planted value: not in answers of the API, not in a file of the store', () => {
    expect(report.leaks).toEqual([]);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(1);
    const found = files.flatMap((entry) => {
      const bytes = readFileSync(path.join(entry.parentPath, entry.name));
      return Object.entries(PLANTED).flatMap(([name, value]) => (bytes.includes(value) ? [`${name} in ${entry.name}`] : []));
    });
    expect(found).toEqual([]);
    for (const type of ['PERSON', 'EMAIL_ADDRESS', 'PHONE_NUMBER', 'CREDIT_CARD', 'IBAN_CODE', 'API_KEY', 'IP_ADDRESS'])
      expect(report.redactions[type], type).toBeGreaterThan(0);
  });
});

describe('the sample conversations', () => {
  const asks = CONVERSATIONS.flatMap(({ turns }) => turns.map(([ask]) => ask));

  it('have names of their own', () => {
    const names = CONVERSATIONS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('hold every turn that somebody says something of', () => {
    const missing = OPINIONS.filter(
      ({ conversation, turn }) => CONVERSATIONS.find(({ name }) => name === conversation)?.turns.at(turn) === undefined,
    );
    expect(missing).toEqual([]);
  });

  it('hold every planted value', () => {
    const unused = Object.entries(PLANTED).filter(([, value]) => !asks.some((ask) => ask.includes(value)));
    expect(unused).toEqual([]);
  });

  it('go on for a while after the first minute and a half', () => {
    expect(CONVERSATIONS.filter(({ when }) => when === 'later').length).toBeGreaterThanOrEqual(10);
  });
});
