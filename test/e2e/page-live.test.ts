// Live traffic on the page of a real control plane: what passes shows by itself, held and narrowed, and again after the connection was lost.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitsWidth, NARROW, openBrowser, type Browser } from '../support/browser.ts';
import { ADMIN_TOKEN, bearer, sample } from '../support/control-plane.ts';
import { listeningPlane, type ListeningPlane } from '../support/listening.ts';
import { storeSamples } from '../support/planes.ts';
import { eventually, faultsOf, isClean, visit } from './page-suite.ts';

let served: ListeningPlane;
let browser: Browser;
let target: { readonly url: string; readonly token: string };

beforeAll(async () => {
  served = await listeningPlane();
  target = { url: served.url, token: ADMIN_TOKEN };
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await served.close();
});

async function pass(id: string, user: string, given: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const one = sample({
    id,
    startedAt: new Date(Date.now() - 2_000).toISOString(),
    endedAt: new Date(Date.now() - 1_000).toISOString(),
    principal: { id: user, source: 'jwt:sub', trust: 'authenticated' },
    prompt: { text: `Question of ${id}` },
    model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body' },
    ...given,
  });
  await storeSamples(served.test, [one]);
}

const LIVE = '/?view=live';

describe('live traffic', () => {
  it('shows what passes with what went wrong, leads to its thread, and is held by a key', async () => {
    const { page, seen } = await visit(browser, target, LIVE);
    // Colours are judged as they stand, and new rows glow for a moment.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const rows = page.getByRole('list', { name: 'Requests' }).getByRole('listitem');
    await page.getByText('New ones show here by themselves').waitFor();
    await pass('one', 'p_ann');
    await page.getByRole('link', { name: 'Question of one' }).waitFor();
    await pass('two', 'p_ben', { status: { http: 500, outcome: 'error' } });
    await rows.first().getByText('error').waitFor();
    await eventually(() => page.getByRole('region', { name: 'Last minute' }).textContent()).toMatch(/Errors1 · \d+%/);
    await page.keyboard.press('p');
    await page.getByText('paused').waitFor();
    await pass('three', 'p_ann');
    await page.getByRole('button', { name: 'Go on, 1 new request' }).waitFor();
    expect(await page.getByText('Question of three').count()).toBe(0);
    await page.keyboard.press('p');
    await page.getByText('Question of three').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Question of' }).waitFor();
    await page.keyboard.press('Escape');
    await rows.first().waitFor();
    isClean(seen);
    await page.context().close();
  });

  it('is narrowed in the address, fits a phone, and shows a user nothing of others', async () => {
    const { page, seen } = await visit(browser, target, LIVE, NARROW);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const rows = page.getByRole('list', { name: 'Requests' }).getByRole('listitem');
    await page.getByLabel('Shown').selectOption('error');
    await eventually(() => rows.count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('trouble')).toBe('error');
    await rows.getByRole('link', { name: 'p_ben' }).click();
    expect(new URL(page.url()).searchParams.get('user')).toBe('p_ben');
    await page.getByLabel('Remove filter user p_ben').waitFor();
    expect(await fitsWidth(page)).toBe(true);
    expect(await faultsOf(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    expect(await faultsOf(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
    isClean(seen);
    await page.context().close();

    const made = await fetch(`${target.url}/v1/tokens`, {
      method: 'POST',
      headers: { ...bearer(), 'Content-Type': 'application/json' },
      body: JSON.stringify({ role: 'user', user: 'p_ben' }),
    });
    const { token } = (await made.json()) as { token: string };
    const own = await visit(browser, target, LIVE, NARROW, token);
    await own.page.getByText('Question of two').waitFor();
    await pass('four', 'p_ann');
    await pass('five', 'p_ben');
    await own.page.getByText('Question of five').waitFor();
    expect(await own.page.getByText('Question of four').count()).toBe(0);
    await eventually(() => own.page.getByRole('region', { name: 'Last minute' }).textContent()).toMatch(/Requests, last \d+ s1A/);
    await own.page.context().close();
  });

  it('goes on by itself after the connection was lost', async () => {
    const { page } = await visit(browser, target, LIVE);
    await page.getByText('Question of five').waitFor();
    await page.route('**/v1/live*', (route) => route.abort());
    served.server.closeAllConnections();
    await page.getByText('connecting again').waitFor();
    await pass('six', 'p_ann');
    await page.unroute('**/v1/live*');
    await page.getByText('Question of six').waitFor();
    await eventually(() => page.getByText('live', { exact: true }).count()).toBe(1);
    expect(await page.getByText('Question of five').count()).toBe(1);
    await page.context().close();
  });
});

describe('the code of a room', () => {
  it('is fetched when a pointer comes to its link, and the page loads itself anew, once, where it is gone', async () => {
    const { page } = await visit(browser, target);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByRole('link', { name: 'Alerts' }).hover();
    await eventually(() => asked.some((url) => url.includes('alerts-view'))).toBe(true);
    let loads = 0;
    page.on('load', () => (loads += 1));
    // As after an update: the page that stands open names files that the server has no more.
    const isOld = (): boolean => loads === 0;
    await page.route('**/assets/costs-view*', (route) => (isOld() ? route.fulfill({ status: 404 }) : route.continue()));
    await page.route(`${target.url}/`, (route) =>
      route.request().resourceType() === 'fetch'
        ? route.fulfill({ contentType: 'text/html', body: '<script src="/assets/new.js">' })
        : route.continue(),
    );
    await page.goto(`${target.url}/?view=models`);
    await page.getByRole('link', { name: 'Costs' }).waitFor();
    loads = 0;
    await page.getByRole('link', { name: 'Costs' }).click();
    await page.getByRole('heading', { level: 1, name: 'Costs' }).waitFor();
    expect(loads).toBe(1);
    expect(new URL(page.url()).searchParams.get('view')).toBe('costs');
    await page.context().close();
  });
});
