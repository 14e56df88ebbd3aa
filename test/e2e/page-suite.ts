// What the page must do on any server that holds at least two threads with text: from memory or the real control plane.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitsWidth, NARROW, openBrowser, watch, WIDE, type Browser, type Page, type Watch } from '../support/browser.ts';

export interface Target {
  /** Origin of the server, without a slash at its end. */
  readonly url: string;
  readonly token: string;
}

export interface Visit {
  readonly page: Page;
  readonly seen: Watch;
}

/** Opens a page in a profile of its own; with a token it signs in by the link that the server prints. */
export async function visit(
  browser: Browser,
  target: Target,
  path = '/',
  size: { width: number; height: number } = WIDE,
  token = target.token,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: size, locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const seen = await watch(page, target.url);
  await page.goto(target.url + path + (token === '' ? '' : `#token=${token}`));
  return { page, seen };
}

/** Polls for as long as a busy machine may need. */
export const eventually = <T>(read: () => T): ReturnType<typeof expect.poll<T>> => expect.poll(read, { timeout: 15_000 });

export const isClean = ({ faults, foreign }: Watch): void => {
  expect(faults).toEqual([]);
  expect(foreign).toEqual([]);
};

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious or critical, with where and why. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

const rows = (page: Page) => page.getByRole('list', { name: 'Threads' }).getByRole('listitem');

/** Describes the suite for the target, which is asked for once the hooks of the caller have run. */
export function describePage(name: string, targetOf: () => Target): void {
  describe(`the page on ${name}`, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser.close());

    it('signs in by the link, keeps the token out of the address, and lists threads', async () => {
      const { page, seen } = await visit(browser, targetOf());
      await eventually(() => rows(page).count()).toBeGreaterThan(1);
      expect(page.url()).not.toContain(targetOf().token);
      expect(await page.evaluate<string>("sessionStorage.getItem('clew.token')")).toBe(targetOf().token);
      isClean(seen);
      await page.context().close();
    });

    it('sends the token in the header only', async () => {
      const { page } = await visit(browser, targetOf());
      const sent = page.waitForRequest((request) => request.url().includes('/v1/threads'));
      const api = await sent;
      expect(api.headers()['authorization']).toBe(`Bearer ${targetOf().token}`);
      expect(api.url()).not.toContain(targetOf().token);
      await page.context().close();
    });

    it('opens a thread by keyboard, walks its turns, and goes back', async () => {
      const { page, seen } = await visit(browser, targetOf());
      await rows(page).first().waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('k');
      const title = (await page.locator('[data-row]:focus').textContent()) ?? '';
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: title.slice(0, 40) }).waitFor();
      await page.getByRole('heading', { name: /because/ }).waitFor();
      expect(new URL(page.url()).searchParams.get('thread')).toBeTruthy();
      await page.keyboard.press('Escape');
      await rows(page).first().waitFor();
      expect(new URL(page.url()).search).toBe('');
      isClean(seen);
      await page.context().close();
    });

    it('finds by words what the list shows, and opens the very request', async () => {
      const { page, seen } = await visit(browser, targetOf());
      const title = (await rows(page).first().locator('[data-row]').textContent()) ?? '';
      const word = [...title.matchAll(/\p{L}{4,}/gu)].map((match) => match[0]).sort((a, b) => b.length - a.length)[0] ?? title;
      await page.keyboard.press('/');
      await page.keyboard.type(word);
      await page.keyboard.press('Enter');
      const mark = page.locator('mark').first();
      await mark.waitFor();
      expect((await mark.textContent())?.toLowerCase()).toContain(word.toLowerCase());
      await page.locator('[data-row]').first().click();
      await page.getByRole('heading', { name: /because/ }).waitFor();
      expect(new URL(page.url()).searchParams.get('q')).toBe(word);
      await page.keyboard.press('Escape');
      await mark.waitFor();
      isClean(seen);
      await page.context().close();
    });

    it('offers filters and their values while they are typed, by keyboard', async () => {
      const { page, seen } = await visit(browser, targetOf());
      const box = page.getByRole('searchbox');
      const options = page.getByRole('listbox', { name: 'Filters' }).getByRole('option');
      await rows(page).first().waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('pos');
      await options.first().waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      expect(await box.inputValue()).toBe('position:');
      expect(await options.count()).toBe(4);
      await page.keyboard.type('first');
      await page.waitForURL(/q=position%3Afirst/);
      await page.keyboard.type(' mod');
      await options.first().waitFor();
      await page.keyboard.press('Escape');
      await eventually(() => options.count()).toBe(0);
      expect(await box.inputValue()).toBe('position:first mod');
      await box.fill('model:');
      await options.first().click();
      expect(await box.inputValue()).toMatch(/^model:\S+ $/);
      await page.waitForURL(/q=model%3A\S+/);
      isClean(seen);
      await page.context().close();
    });

    it('takes any text in the search box without an error', async () => {
      const { page, seen } = await visit(browser, targetOf());
      for (const text of ['"unclosed AND (', 'model:', '*', "'; DROP TABLE requests; --", '%00 \\ ^~', 'مرحبا 你好']) {
        await page.getByRole('searchbox').fill(text);
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { level: 1, name: /hits?$|Nothing found/ }).waitFor();
        expect(await page.getByRole('alert').count()).toBe(0);
      }
      isClean(seen);
      await page.context().close();
    });

    it('shows the same after a reload of a deep link', async () => {
      const { page, seen } = await visit(browser, targetOf());
      await rows(page).first().locator('[data-row]').click();
      const turn = page.getByRole('heading', { level: 2, name: /^Turn \d+/ });
      await turn.waitFor();
      const address = page.url();
      const shown = await turn.textContent();
      await page.reload();
      await turn.waitFor();
      expect(page.url()).toBe(address);
      expect(await turn.textContent()).toBe(shown);
      isClean(seen);
      await page.context().close();
    });

    it('fits a narrow screen: list, thread and search', async () => {
      const { page, seen } = await visit(browser, targetOf(), '/', NARROW);
      await rows(page).first().waitFor();
      expect(await fitsWidth(page)).toBe(true);
      await rows(page).first().locator('[data-row]').click();
      await page.getByRole('heading', { name: /because/ }).waitFor();
      expect(await fitsWidth(page)).toBe(true);
      await page.getByRole('button', { name: 'All turns' }).click();
      await page.getByRole('navigation', { name: 'Turns' }).waitFor();
      expect(await fitsWidth(page)).toBe(true);
      await page.getByRole('searchbox').fill('the');
      await page.getByRole('heading', { level: 1, name: /hits?$|Nothing found/ }).waitFor();
      expect(await fitsWidth(page)).toBe(true);
      isClean(seen);
      await page.context().close();
    });

    it('names every control, and has one main landmark and one first heading in each view', async () => {
      const { page } = await visit(browser, targetOf());
      const check = async (): Promise<void> => {
        const nameless = await page.evaluate<string[]>(`[...document.querySelectorAll('a[href], button, input, select')]
          .filter((e) => e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length))
          .map((e) => e.outerHTML)`);
        expect(nameless).toEqual([]);
        expect(await page.getByRole('main').count()).toBe(1);
        expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
        expect(await page.evaluate<string[]>(DUPLICATE_IDS)).toEqual([]);
      };
      await rows(page).first().waitFor();
      await check();
      await rows(page).first().locator('[data-row]').click();
      await page.getByRole('heading', { name: /because/ }).waitFor();
      await check();
      await page.context().close();
    });
  });
}

const DUPLICATE_IDS = `(() => {
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at);
})()`;
