// Runs, topics and alerts on the page.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type Browser } from '../support/browser.ts';
import { roomRoutes, RUN_IDS } from './page-rooms.ts';
import { eventually, isClean, visit } from './page-suite.ts';
import { filler, samples } from './page-threads.ts';
import { serve, type Served } from './page-world.ts';

let served: Served;
let empty: Served;
let browser: Browser;

beforeAll(async () => {
  const threads = [...samples(), ...filler(8)];
  served = await serve({ threads, isDown: false, routes: roomRoutes(), traceUrl: 'http://jaeger.internal/trace/{traceId}' });
  empty = await serve({ threads: [], isDown: false, routes: roomRoutes(true) });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await served.close();
  await empty.close();
});

const [first = '', second = ''] = RUN_IDS;

describe('runs', () => {
  it('are listed with model, proof and verdict, load on, and open by keyboard', async () => {
    const { page, seen } = await visit(browser, served);
    await page.getByRole('link', { name: 'Runs' }).click();
    const rows = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
    await eventually(() => rows.count()).toBe(50);
    await rows.first().getByText('provider says').waitFor();
    await rows.nth(1).getByText('drifted').waitFor();
    await rows.nth(2).getByText('not proven').waitFor();
    await rows.last().scrollIntoViewIfNeeded();
    await eventually(() => rows.count()).toBe(RUN_IDS.length);
    await page.keyboard.press('Home');
    await rows.first().getByRole('link').first().focus();
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: 'Composition' }).waitFor();
    for (const text of [
      'find_shift',
      'checkable',
      'handbook',
      '5 messages',
      '6 earlier messages of the thread are no longer sent',
      'rate limit',
      '["END"]',
      'approved template of rota',
      'score 0.83',
    ]) {
      await page.getByRole('main').getByText(text, { exact: false }).first().waitFor();
    }
    expect(new URL(page.url()).searchParams.get('run')).toBe(first);
    await page.keyboard.press('Escape');
    await rows.first().waitFor();
    isClean(seen);
    await page.context().close();
  });

  it('are filtered in the address', async () => {
    const { page, seen } = await visit(browser, served, '/?view=runs');
    await page.getByLabel('Verdict').selectOption('drifted');
    await eventually(() => page.getByRole('list', { name: 'Runs' }).getByRole('listitem').count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('verdict')).toBe('drifted');
    await page.getByLabel('Verdict').selectOption('matched');
    await page.getByText('No run matches').waitFor();
    isClean(seen);
    await page.context().close();
  });

  it('are compared field by field', async () => {
    const { page, seen } = await visit(browser, served, '/?view=runs');
    await page.getByRole('listitem').first().getByRole('link', { name: 'compare' }).click();
    await page.getByRole('link', { name: 'Stop comparing' }).waitFor();
    await page.getByRole('listitem').nth(1).locator('[data-row]').click();
    await page.getByRole('heading', { level: 1, name: '3 differences' }).waitFor();
    expect(new URL(page.url()).searchParams.get('against')).toBe(second);
    const row = page.getByRole('row').filter({ hasText: 'model › executed' });
    await row.getByText('gpt-4o-mini-2024-07-18').waitFor();
    await page.getByRole('row').filter({ hasText: 'tools › 1' }).getByText('not there').waitFor();
    expect(await page.locator('.word-diff ins').textContent()).toBe('for a month');
    await page.getByRole('region', { name: 'Tool find_shift' }).getByText('parameters › properties › day › type').waitFor();
    isClean(seen);
    await page.context().close();
  });

  it('say what was asked of them, where they drifted, and who signed; the bundle is a file', async () => {
    const { page, seen } = await visit(browser, served, `/?run=${second}`);
    const questions = page.getByRole('region', { name: 'Questions' });
    await questions.getByText('Was the model that answered authorised?').waitFor();
    await eventually(() => questions.getByText('no', { exact: true }).count()).toBe(4);
    const deviation = page.getByRole('row').filter({ hasText: 'unexpected' });
    await deviation.getByText('gpt-4o-mini-2024-07-18').waitFor();
    for (const text of [
      'by rota 3',
      'signed by the gateway',
      'entry 3,998 of the log',
      'stated by the application',
      'stated by the provider',
      'seen at the gateway',
    ]) {
      await page.getByRole('main').getByText(text).first().waitFor();
    }
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the bundle' }).click();
    const saved = await downloading;
    expect(saved.suggestedFilename()).toBe(`run-${second}.json`);
    expect(JSON.parse(readFileSync(await saved.path(), 'utf8'))).toMatchObject({ envelope: { payload: second } });
    isClean(seen);
    await page.context().close();
  });

  it('are compared with the run before them by one step', async () => {
    const { page, seen } = await visit(browser, served, `/?run=${first}`);
    await page.getByRole('link', { name: 'with the run before it' }).click();
    await page.getByRole('heading', { level: 1, name: '3 differences' }).waitFor();
    expect(new URL(page.url()).searchParams.get('against')).toBe(first);
    isClean(seen);
    await page.context().close();
  });

  it('are asked a question over a time, and those that somebody has to look at are shown', async () => {
    const { page, seen } = await visit(browser, served, '/?view=runs');
    await page.getByRole('link', { name: 'Questions' }).click();
    await page.getByRole('heading', { name: 'Runs that another model answered than is authorised' }).waitFor();
    const rows = page.getByRole('list', { name: 'Answers' }).getByRole('listitem');
    await eventually(() => rows.count()).toBe(1);
    await rows.first().getByText('model › executed: gpt-4o-mini-2024-07-18 instead of gpt-4o-2024-08-06').waitFor();
    await page.getByRole('combobox', { name: /^Question/ }).selectOption('prompt');
    await page.getByRole('combobox', { name: /^Answer/ }).selectOption('all');
    await page.getByText('clew identity prompt --from').waitFor();
    await eventually(() => rows.count()).toBe(12);
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ view: 'answers', ask: 'prompt', answer: 'all' });
    isClean(seen);
    await page.context().close();
  });

  it('say what changed in them at a moment', async () => {
    const { page, seen } = await visit(browser, served, '/?view=changes');
    await page.getByLabel('Moment').fill('2026-03-02T10:30:00');
    await page.getByRole('button', { name: 'Compare' }).click();
    const changes = page.getByRole('list', { name: 'Changes' });
    await changes.getByText('composition › tools › find_shift').waitFor();
    await changes.getByText('82%').waitFor();
    expect(await changes.getByRole('link', { name: 'compare two' }).getAttribute('href')).toBe(`/?run=${first}&against=${second}`);
    expect(new URL(page.url()).searchParams.get('at')).toMatch(/^2026-03-02T\d\d:30:00\.000Z$/);
    isClean(seen);
    await page.context().close();
  });

  it('are reached from a request, as its trace is', async () => {
    const { page, seen } = await visit(browser, served, '/?thread=thr_rota');
    const trace = page.getByRole('link', { name: 'Open the trace' });
    expect(await trace.getAttribute('href')).toMatch(/^http:\/\/jaeger\.internal\/trace\/[0-9a-f]{32}$/);
    expect(await trace.getAttribute('rel')).toBe('noreferrer');
    const link = page.getByRole('article').locator('a[href^="/?run="]');
    expect(await link.count()).toBe(1);
    isClean(seen);
    await page.context().close();
  });
});

describe('the graph of a thread', () => {
  it('shows turns, calls and links with how sure they are, is walked by keyboard, and stands as a table too', async () => {
    const { page, seen } = await visit(browser, served, '/?thread=thr_agent');
    await page.getByRole('link', { name: 'Show the graph' }).click();
    const graph = page.getByRole('region', { name: 'What follows what' });
    await graph.getByText('inferred 88%').waitFor();
    expect(new URL(page.url()).searchParams.get('open')).toBe('graph');
    const turn = graph.locator('.graph-node').filter({ hasText: '2 · continuation' }).getByRole('link');
    await turn.focus();
    await page.keyboard.press('Enter');
    await eventually(() => new URL(page.url()).searchParams.get('request')).toBe('thr_agent-2');
    expect(await graph.locator('.graph-call').count()).toBeGreaterThan(1);
    await graph.getByText('As a table').click();
    const row = graph.getByRole('row').filter({ hasText: 'turn 2, continuation' });
    await row.getByText('88%').waitFor();
    expect(await row.getByRole('link').count()).toBe(1);
    await page.getByRole('link', { name: 'Hide the graph' }).click();
    await graph.waitFor({ state: 'detached' });
    isClean(seen);
    await page.context().close();
  });
});

describe('manifests', () => {
  it('stand with what they do, how much they cover and what drifted, those of the past as well', async () => {
    const { page, seen } = await visit(browser, served, '/?view=manifests');
    const rows = page.getByRole('list', { name: 'Manifests' }).getByRole('listitem');
    await eventually(() => rows.count()).toBe(3);
    for (const text of ['blocks', 'also what cannot be read', 'routes chat, agent-*; 1 template; 1 model; 2 tools', 'judged also as 2'])
      await rows.first().getByText(text).waitFor();
    await rows.last().getByText('not in force any more').waitFor();
    await page.getByText('set signed').waitFor();
    await page.getByRole('img', { name: /covered and drifted over 21 days/ }).waitFor();
    await page.getByRole('link', { name: 'drifted' }).click();
    await eventually(() => new URL(page.url()).searchParams.get('verdict')).toBe('drifted');
    isClean(seen);
    await page.context().close();
  });
});

describe('the log', () => {
  it('says how large it is, what is signed and seen, and what of the runs is not there', async () => {
    const { page, seen } = await visit(browser, served, '/?view=log');
    for (const text of [
      '4,012 entries',
      'Last checkpoint at 4,000',
      '12 to be signed',
      'has not cosigned the newest',
      'queue full',
      'mode off',
      'unknown key',
    ])
      await page.getByRole('main').getByText(text).first().waitFor();
    const processes = page.getByRole('list', { name: 'Gateway processes' });
    await processes.getByText('running').waitFor();
    await processes.getByText('240').waitFor();
    isClean(seen);
    await page.context().close();
  });
});

describe('topics', () => {
  it('lead to their threads, and say who is left out', async () => {
    const { page, seen } = await visit(browser, served, '/?view=topics');
    await page.getByText('at least 5 users').waitFor();
    await page.getByRole('note').getByText('fewer than 5 people').waitFor();
    const row = page.getByRole('list', { name: 'Topics' }).getByRole('listitem').filter({ hasText: 'rota' });
    for (const text of ['41', '12', '2.4', '18%', 'rising', 'answers lacking']) await row.getByText(text).first().waitFor();
    await row.getByRole('link', { name: 'rota, shifts, nights' }).click();
    await page.getByRole('img', { name: 'People by day, over 28 days' }).waitFor();
    await page.getByRole('region', { name: 'Beside it' }).getByRole('link', { name: 'oven, energy, seal' }).waitFor();
    await page.getByRole('region', { name: 'Merged and split' }).getByText('Took in top_3').waitFor();
    await page.getByRole('region', { name: 'Newest threads' }).getByRole('link').first().waitFor();
    await page.getByRole('link', { name: 'kitchen, shop' }).click();
    await page.getByRole('region', { name: 'Finer topics' }).getByRole('link', { name: 'rota, shifts, nights' }).click();
    await page.getByRole('link', { name: '41 threads' }).click();
    await page.getByRole('list', { name: 'Threads' }).getByText('bakery').waitFor();
    expect(new URL(page.url()).searchParams.get('topic')).toBe('top_1');
    isClean(seen);
    await page.context().close();
  });
});

describe('released topics', () => {
  it('show people with noise, days and what stands out, and lead to no threads', async () => {
    const { page, seen } = await visit(browser, served, '/?view=topics');
    await page.getByLabel('Figures').selectOption('released');
    const row = page.getByRole('list', { name: 'Topics' }).getByRole('listitem').filter({ hasText: 'rota' });
    for (const text of ['412', '31%', 'rising', 'answers lacking']) await row.getByText(text).first().waitFor();
    await page.getByText('14.0 of 31 spent; 1 day not paid for').waitFor();
    await page.getByRole('note').getByText('noisy count is below 12').waitFor();
    expect(new URL(page.url()).searchParams.get('figures')).toBe('released');
    await row.getByRole('link').click();
    await page.getByRole('img', { name: 'People by day, over 14 days; last 2026-11-20: 46, of them unhappy 6' }).waitFor();
    await page.getByText('3.1', { exact: true }).waitFor();
    expect(await page.locator('main').getByRole('link').count()).toBe(0);
    isClean(seen);
    await page.context().close();
  });
});

describe('alerts', () => {
  it('tell what stands out, and lead to the threads behind it', async () => {
    const { page, seen } = await visit(browser, served, '/?view=alerts');
    await page.getByRole('link', { name: 'AnswersFail' }).click();
    const finding = page.getByRole('listitem').filter({ hasText: '41 people' });
    await finding.getByText('45%').waitFor();
    await finding.getByText('×9.0').waitFor();
    await finding.getByText('41 people · errors 2% → 31%, elsewhere 2% → 2% (p < 0.001)').waitFor();
    await page.getByText('goes along with topic oven, repair, warranty').waitFor();
    const address = (name: RegExp | string): Promise<string | null> => page.getByRole('link', { name }).getAttribute('href');
    expect(await address('agent')).toMatch(/^\/\?from=/);
    expect(await address('thread 1')).toBe('/?thread=thr_rota');
    const changes = page.getByRole('region', { name: 'What changed just before' });
    await changes.getByRole('row').filter({ hasText: 'deploy shop' }).getByText('5 min before').waitFor();
    await changes.getByRole('row').filter({ hasText: 'model › executed' }).getByText('0% → 66%').waitFor();
    expect(await changes.getByRole('link', { name: 'Compare two runs' }).getAttribute('href')).toBe(`/?run=${first}&against=${second}`);
    await page.getByRole('region', { name: 'Told' }).getByText('unreachable').waitFor();
    expect(await address('Every field of the runs around then')).toMatch(/^\/\?view=changes&at=/);
    expect(await address('oven, repair, warranty')).toMatch(/^\/\?topic=top_2&from=/);
    isClean(seen);
    await page.context().close();
  });

  it('are listed with what is likeliest behind them, by status, and load on', async () => {
    const { page, seen } = await visit(browser, served, '/?view=alerts');
    const rows = page.getByRole('list', { name: 'Alerts' }).getByRole('listitem');
    await rows.filter({ hasText: 'AnswersFail' }).getByText('oven, repair, warranty').waitFor();
    await rows.filter({ hasText: 'OldAlert' }).waitFor();
    await rows.filter({ hasText: 'SlowAnswers' }).getByText('nothing stands out').waitFor();
    await page.getByLabel('Status').selectOption('resolved');
    await eventually(() => rows.count()).toBe(1);
    expect(new URL(page.url()).search).toBe('?view=alerts&status=resolved');
    isClean(seen);
    await page.context().close();
  });

  it('say how to send the first one', async () => {
    const { page, seen } = await visit(browser, empty, '/?view=alerts');
    await page.getByText('/v1/alerts/alertmanager').waitFor();
    isClean(seen);
    await page.context().close();
  });
});

describe('what a role may not see', () => {
  const roles = [
    ['user', ['Threads'], '/'],
    ['engineer', ['Threads', 'Topics', 'Models', 'Runs', 'Alerts', 'Health', 'Privacy'], '/'],
    ['product', ['Topics'], '/?view=topics'],
    ['auditor', ['Runs', 'Privacy'], '/?view=runs'],
    ['ingest', ['Privacy'], '/?view=policies'],
  ] as const;
  it.each(roles)('is not offered to the role %s, which begins where it may', async (role, rooms, home) => {
    const server = await serve({ threads: samples(), isDown: false, routes: roomRoutes(), role });
    try {
      const { page, seen } = await visit(browser, server, '/');
      const nav = page.getByRole('navigation', { name: 'Rooms' });
      await eventually(() => nav.getByRole('link').allTextContents()).toEqual(rooms);
      await eventually(() => new URL(page.url()).pathname + new URL(page.url()).search).toBe(home);
      expect(await page.getByRole('searchbox').count()).toBe(role === 'user' || role === 'engineer' ? 1 : 0);
      if (role !== 'engineer') {
        await page.goto(`${server.url}/?view=accuracy`);
        await page.getByText('metrics:read').waitFor();
      }
      expect(seen.foreign).toEqual([]);
      await page.context().close();
    } finally {
      await server.close();
    }
  });
});
