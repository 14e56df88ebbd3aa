// The page in a real browser, on the real web server under its real policy, with threads from memory. The part in
// page-suite.ts can be pointed at a running control plane: CLEW_PAGE_URL and CLEW_PAGE_TOKEN.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, watch, WIDE, type Browser } from '../support/browser.ts';
import { PAGE } from '../support/built.ts';
import { describePage, eventually, isClean, visit } from './page-suite.ts';
import { filler, fresh, many, samples } from './page-threads.ts';
import { serve, TOKEN, type Served, type World } from './page-world.ts';

const world: World = { threads: [], isDown: false };
let served: Served;
let browser: Browser;

beforeAll(async () => {
  world.threads.push(...samples(), ...filler(70));
  served = await serve(world);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await served.close();
});

const { CLEW_PAGE_URL: url, CLEW_PAGE_TOKEN: token } = process.env;
describePage(url ?? 'threads from memory', () => (url === undefined ? served : { url, token: token ?? '' }));

describe('what is built', () => {
  const files = (): string[] =>
    readdirSync(PAGE, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));

  it('is small, and what most visits do not need comes when it is asked for', () => {
    const size = (list: readonly string[]): number => list.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
    const html = readFileSync(path.join(PAGE, 'index.html'), 'utf8');
    expect(size(files().filter((file) => file.endsWith('.html') || html.includes(path.basename(file))))).toBeLessThan(200 * 1024);
    expect(size(files())).toBeLessThan(300 * 1024);
  });

  it('has nothing inline', () => {
    const html = readFileSync(path.join(PAGE, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|style=|\son[a-z]+=|<script(?![^>]*\ssrc=)/);
  });

  it('is served under a policy that allows its own origin only', async () => {
    const policy = (await fetch(served.url)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });
});

describe('a room whose code does not come', () => {
  it('says so in its place, and the other rooms stay open', async () => {
    const { page, seen } = await visit(browser, served);
    await page.getByRole('list', { name: 'Threads' }).waitFor();
    await page.route(/assets\/.*\.js/, (route) => route.abort());
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByRole('heading', { level: 1, name: 'This page cannot be shown' }).waitFor();
    await page.getByRole('button', { name: 'Reload' }).waitFor();
    await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Threads' }).click();
    await page.getByRole('list', { name: 'Threads' }).waitFor();
    expect(seen.foreign).toEqual([]);
    await page.context().close();
  });
});

describe('signing in', () => {
  it('asks for a token, tells why one is refused and what to do, and takes a good one', async () => {
    const { page } = await visit(browser, served, '/?thread=thr_rota', WIDE, '');
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('No valid token').waitFor();
    expect(await alert.textContent()).toContain('npm start');
    expect(await page.evaluate<string | null>("sessionStorage.getItem('clew.token')")).toBeNull();
    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /bakery/ }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    expect(await page.getByRole('status').textContent()).toBe('Signed out.');
    await page.context().close();
  });

  it('comes back to the sign-in when the token is no longer valid', async () => {
    const { page } = await visit(browser, served, '/', WIDE, 'stale');
    await page.getByLabel('Token').waitFor();
    await page.getByRole('status').getByText('This token is not accepted').waitFor();
    await page.context().close();
  });
});

describe('the list', () => {
  it('shows each thread with user, topic, outcome, models, errors and confidence', async () => {
    const { page, seen } = await visit(browser, served);
    const row = page.getByRole('listitem').filter({ hasText: 'bakery' });
    for (const text of ['corrected', 'broke down: truncation', 'rota, shifts, nights', 'usr_5be21f90…', 'gpt-4o-2024-08-06']) {
      await row.getByText(text).first().waitFor();
    }
    await page.getByRole('listitem').filter({ hasText: 'ovens' }).getByText('1 error').waitFor();
    isClean(seen);
    await page.context().close();
  });

  it('keeps filters in the address, and takes them from there', async () => {
    const { page, seen } = await visit(browser, served);
    await page.getByRole('listitem').filter({ hasText: 'ovens' }).getByTitle('Only user usr_e0772bd14c9a8835').click();
    await eventually(() => page.getByRole('list', { name: 'Threads' }).getByRole('listitem').count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('user')).toBe('usr_e0772bd14c9a8835');
    await page.reload();
    await page.getByRole('link', { name: /Remove filter user/ }).click();
    await eventually(() => page.getByRole('list', { name: 'Threads' }).getByRole('listitem').count()).toBeGreaterThan(5);
    await page.getByLabel('Has').selectOption('orphaned');
    await page.getByText('No thread matches').waitFor();
    expect(new URL(page.url()).search).toBe('?position=orphaned');
    isClean(seen);
    await page.context().close();
  });

  it('lists by outcome, kept in the address', async () => {
    const { page, seen } = await visit(browser, served);
    await page.getByLabel('Outcome').selectOption('corrected');
    const all = page.getByRole('list', { name: 'Threads' }).getByRole('listitem');
    await eventually(() => all.count()).toBe(1);
    await all.getByText('bakery').waitFor();
    expect(new URL(page.url()).search).toBe('?outcome=corrected');
    isClean(seen);
    await page.context().close();
  });

  it('shows thumbs, completion and scores of a thread', async () => {
    const { page, seen } = await visit(browser, served);
    const row = page.getByRole('listitem').filter({ hasText: 'bakery' });
    for (const text of ['1 thumb down', '1 thumb up', 'said not done', 'groundedness 0.42']) await row.getByText(text).waitFor();
    isClean(seen);
    await page.context().close();
  });

  it('loads older threads as they come into sight, each once', async () => {
    const { page, seen } = await visit(browser, served);
    const all = page.getByRole('list', { name: 'Threads' }).getByRole('listitem');
    await eventually(() => all.count()).toBe(50);
    await all.last().scrollIntoViewIfNeeded();
    await eventually(() => all.count()).toBe(world.threads.length);
    const links = await page.evaluate<string[]>("[...document.querySelectorAll('[data-row]')].map((e) => e.href)");
    expect(new Set(links).size).toBe(links.length);
    isClean(seen);
    await page.context().close();
  });

  it('moves nothing under a reader who is further down, and tells what is new', async () => {
    const { page, seen } = await visit(browser, served);
    const all = page.getByRole('list', { name: 'Threads' }).getByRole('listitem');
    await all.nth(20).scrollIntoViewIfNeeded();
    await page.evaluate('scrollTo(0, 900)');
    const before = await all.nth(20).boundingBox();
    world.threads.push(fresh());
    try {
      const pill = page.getByRole('button', { name: '1 thread with news' });
      await pill.waitFor();
      // Browsers round the scroll position when something is put in above.
      expect(Math.abs((await all.nth(20).boundingBox())!.y - before!.y)).toBeLessThanOrEqual(1);
      await pill.click();
      await eventually(() => all.first().textContent()).toContain('What is a clew?');
    } finally {
      world.threads.pop();
    }
    isClean(seen);
    await page.context().close();
  });

  it('keeps what it shows when the server fails, says so, and recovers by itself', async () => {
    const { page } = await visit(browser, served);
    await page.getByRole('list', { name: 'Threads' }).waitFor();
    world.isDown = true;
    try {
      const alert = page.getByRole('alert');
      await alert.getByText('Something broke on our side').waitFor();
      expect(await alert.textContent()).toMatch(/Incident/);
      expect(await page.getByRole('list', { name: 'Threads' }).getByRole('listitem').count()).toBe(50);
    } finally {
      world.isDown = false;
    }
    await eventually(() => page.getByRole('alert').count()).toBe(0);
    await page.context().close();
  });
});

describe('while an answer is awaited', () => {
  const VIEWS = [
    ['/', 'Loading threads'],
    ['/?thread=thr_rota', 'Loading the thread'],
    ['/?q=oven', 'Searching'],
  ] as const;
  it.each(VIEWS)('%s stands as a frame, and says so', async (address, label) => {
    const { page } = await visit(browser, served, address, WIDE, '');
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(/\/v1\/(threads|search)/, async (route) => {
      await held;
      await route.continue();
    });
    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    const status = page.getByRole('status').filter({ hasText: label });
    await status.waitFor();
    expect((await status.boundingBox())!.height).toBeGreaterThan(300);
    release();
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await status.waitFor({ state: 'detached' });
    await page.context().close();
  });
});

describe('an answer that failed', () => {
  it('is asked for again by itself, also where nothing is polled', async () => {
    const { page } = await visit(browser, served, '/');
    await page.getByRole('list', { name: 'Threads' }).waitFor();
    await page.route(/\/v1\/search/, (route) => route.abort());
    await page.goto(`${served.url}/?q=oven`);
    await page.getByRole('alert').getByText('The control plane does not answer').waitFor();
    await page.unroute(/\/v1\/search/);
    await page.getByRole('heading', { level: 1, name: /hit/ }).waitFor();
    await page.context().close();
  });
});

describe('an empty store', () => {
  it('offers snippets to copy, waits, and comes alive', async () => {
    const empty: World = { threads: [], isDown: false };
    const other = await serve(empty);
    try {
      const { page, seen } = await visit(browser, other);
      await page.getByRole('heading', { name: 'No requests yet' }).waitFor();
      await page.getByRole('tab', { name: 'curl' }).press('ArrowRight');
      expect(await page.getByRole('tab', { name: 'OpenAI, Python' }).getAttribute('aria-selected')).toBe('true');
      await page.getByRole('button', { name: /Copy the OpenAI, Python/ }).click();
      await page.getByText('Copied').waitFor();
      expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain('http://127.0.0.1:8788/v1');
      empty.threads.push(fresh());
      await page.getByRole('link', { name: 'What is a clew?' }).waitFor();
      isClean(seen);
      await page.context().close();
    } finally {
      await other.close();
    }
  });
});

describe('a thread', () => {
  it('opens where it broke down, with the evidence', async () => {
    const { page, seen } = await visit(browser, served, '/?thread=thr_rota');
    await page.getByRole('heading', { level: 2, name: 'Turn 4 of 6' }).waitFor();
    const turn = page.getByRole('article');
    for (const text of [
      'broke down here',
      '4 earlier messages were no longer sent',
      'gpt-4o-mini-2024-07-18',
      'other model',
      'The client no longer sends 4 earlier messages.',
    ]) {
      await turn.getByText(text).first().waitFor();
    }
    expect(await turn.locator('del').allTextContents()).toHaveLength(4);
    expect(await page.locator('main [aria-current="true"]').textContent()).toContain('4 No, you put');
    await page.keyboard.press('j');
    await page.getByRole('heading', { level: 2, name: 'Turn 5 of 6' }).waitFor();
    expect(new URL(page.url()).searchParams.get('request')).toBe('thr_rota-5');
    await page.getByText('once a later request carried its history').waitFor();
    await page.keyboard.press('b');
    await page.getByRole('heading', { level: 2, name: 'Turn 4 of 6' }).waitFor();
    isClean(seen);
    await page.context().close();
  });

  it('shows ids of run, trace and correlation, weights of inferred evidence, and alternatives', async () => {
    const { page, seen } = await visit(browser, served, '/?thread=thr_arabic&request=thr_arabic-2');
    const turn = page.getByRole('article');
    for (const text of ['corr-thr_arabic-2', 'Joined because of what it means', '+2.4', '−0.6', '88% sure', '9%']) {
      await turn.getByText(text).first().waitFor();
    }
    expect(await page.evaluate<string>("getComputedStyle(document.querySelector('.speech-prompt .speech-text')).direction")).toBe('rtl');
    isClean(seen);
    await page.context().close();
  });

  it('shows what was said of the thread, and of each turn beside its answer', async () => {
    const { page, seen } = await visit(browser, served, '/?thread=thr_rota');
    const given = page.getByRole('region', { name: 'Feedback on this turn' });
    await given.getByText('thumb down').waitFor();
    await given.getByText('cannot work nights, and the table').waitFor();
    expect(await given.getByRole('listitem').filter({ hasText: 'groundedness' }).textContent()).toMatch(/0\.31.*evaluator/);
    await page.getByRole('region', { name: 'How it went' }).getByText('said not done').waitFor();
    await page.getByRole('navigation', { name: 'Turns' }).getByText('thumb up').waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { level: 2, name: 'Turn 5 of 6' }).waitFor();
    expect(await given.count()).toBe(0);
    isClean(seen);
    await page.context().close();
  });

  it('shows the calls of a turn as a tree, and opens each', async () => {
    const { page, seen } = await visit(browser, served, '/?thread=thr_agent');
    await page.getByRole('heading', { level: 2, name: 'Turn 1 of 2' }).waitFor();
    const calls = page.getByRole('region', { name: 'Calls of this turn' }).getByRole('listitem');
    expect(await calls.count()).toBe(5);
    await calls.filter({ hasText: 'rate limit exceeded' }).waitFor();
    await page.getByRole('article').getByRole('link', { name: 'one of its calls' }).click();
    await eventually(() => new URL(page.url()).searchParams.get('request')).toBe('thr_agent-1-2');
    await calls.nth(3).getByRole('link').click();
    await page.getByText('Its door seal leaks').first().waitFor();
    expect(new URL(page.url()).searchParams.get('request')).toBe('thr_agent-1-3');
    isClean(seen);
    await page.context().close();
  });

  it('says that it does not exist, in the words of the API, and leads back', async () => {
    const { page } = await visit(browser, served, '/?thread=nowhere');
    await page.getByRole('alert').getByText('Nothing here').waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await page.getByRole('alert').getByRole('link', { name: 'All threads' }).click();
    await page.getByRole('list', { name: 'Threads' }).waitFor();
    await page.context().close();
  });

  it('draws a window of ten thousand turns, and walks them', async () => {
    const huge: World = { threads: [many(10_000)], isDown: false };
    const other = await serve(huge);
    try {
      const { page, seen } = await visit(browser, other, '/?thread=thr_many');
      await page.getByRole('heading', { level: 2, name: 'Turn 7,000 of 10,000' }).waitFor();
      const rail = page.getByRole('navigation', { name: 'Turns' });
      await rail.getByText('Line 7000 of').waitFor();
      expect(await rail.getByRole('listitem').count()).toBeLessThan(60);
      await page.keyboard.press('j');
      await page.getByRole('heading', { level: 2, name: 'Turn 7,001 of 10,000' }).waitFor();
      await page.evaluate("document.getElementById('rail').scrollTo(0, 1e9)");
      await rail.getByText('Line 10000 of').waitFor();
      isClean(seen);
      await page.context().close();
    } finally {
      await other.close();
    }
  });
});

describe('colours and keys', () => {
  it('follow the system, and the toggle wins over it, also after a reload', async () => {
    const context = await browser.newContext({ viewport: WIDE, colorScheme: 'dark' });
    const page = await context.newPage();
    const seen = await watch(page, served.url);
    await page.goto(`${served.url}/#token=${TOKEN}`);
    const ground = (): Promise<string> => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    await page.getByRole('list', { name: 'Threads' }).waitFor();
    const dark = await ground();
    await page.getByRole('button', { name: 'Use light colours' }).click();
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.getByRole('list', { name: 'Threads' }).waitFor();
    expect(await ground()).toBe(light);
    isClean(seen);
    await context.close();
  });

  it('are explained on ?, and Esc closes the explanation only', async () => {
    const { page, seen } = await visit(browser, served, '/?thread=thr_rota');
    await page.getByRole('article').waitFor();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Next, previous').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(new URL(page.url()).searchParams.get('thread')).toBe('thr_rota');
    isClean(seen);
    await page.context().close();
  });
});
