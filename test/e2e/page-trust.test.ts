// How threads went, what works, accuracy and repairs on the page, with answers from memory.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitsWidth, NARROW, openBrowser, WIDE, type Browser, type Page } from '../support/browser.ts';
import { roomRoutes } from './page-rooms.ts';
import { eventually, faultsOf, isClean, visit } from './page-suite.ts';
import { filler, samples } from './page-threads.ts';
import { request, serve, thread, type Served, type World } from './page-world.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

const USER = 'usr_5be21f90c7d34a11';

/** The bakery's thread, another of the same user and session, and some of others. */
const worldOf = (given: Partial<World> = {}): World => ({
  threads: [
    ...samples(),
    thread('thr_flour', [request('thr_flour', 1, { user: USER, session: 'thr_rota-s1', prompt: 'Which flour holds most water?' })]),
    ...filler(3),
  ],
  isDown: false,
  routes: roomRoutes(),
  ...given,
});

async function withWorld(given: Partial<World>, use: (served: Served) => Promise<void>): Promise<void> {
  const served = await serve(worldOf(given));
  try {
    await use(served);
  } finally {
    await served.close();
  }
}

const facts = (page: Page) => page.getByRole('region', { name: 'How it went' });
const dialog = (page: Page) => page.getByRole('dialog').filter({ visible: true });

describe('how a thread went', () => {
  it('is told in short, and unfolds with its evidence into the address', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/?thread=thr_rota');
      await facts(page).getByText('unsatisfied').waitFor();
      await facts(page).getByText('0.38').waitFor();
      await facts(page).getByRole('link', { name: 'Show the evidence' }).click();
      expect(new URL(page.url()).searchParams.get('open')).toBe('facts');
      await page.reload();
      for (const name of ['Satisfaction', 'Quality', 'Course of intents', 'Breakdown', 'Models and cost', 'Feedback on the whole thread']) {
        await page.getByRole('region', { name }).waitFor();
      }
      await page.getByRole('region', { name: 'Satisfaction' }).getByRole('link', { name: 'turn 5' }).click();
      await page.getByRole('heading', { level: 2, name: 'Turn 5 of 6' }).waitFor();
      expect(new URL(page.url()).searchParams.get('open')).toBe('facts');
      expect(await page.getByRole('region', { name: 'Quality' }).getByRole('listitem').first().textContent()).toMatch(/evaluators0\.42× 3/);
      isClean(seen);
      await page.context().close();
    }));

  it('shows the path to a guardrail, and what was tried after it', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/?thread=thr_guarded&open=facts');
      const path = page.getByRole('region', { name: 'Path to the guardrail' });
      await path.getByText('blocked: no-doxxing').waitFor();
      await path.getByText('asked in other words until it passed').waitFor();
      await facts(page).getByText('rephrased until it passed').waitFor();
      isClean(seen);
      await page.context().close();
    }));

  it('names the other threads of its session', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/?thread=thr_rota');
      const session = page.getByRole('region', { name: '2 threads in this session' });
      await session.getByRole('link', { name: 'Which flour holds most water?' }).click();
      await page.getByRole('heading', { level: 1, name: 'Which flour' }).waitFor();
      isClean(seen);
      await page.context().close();
    }));

  it('names the threads of the session that the client declared, those around it first', async () => {
    const id = (at: number): string => `thr_kiosk_${at}`;
    const begin = Date.UTC(2026, 2, 2, 12);
    const startedAt = (at: number): string => new Date(begin + Math.floor(at / 7) * 86_400_000 + at * 60_000).toISOString();
    const titles = Array.from(
      { length: 13 },
      (_, at) => `Matter ${at + 1} of a terminal that many questions are asked at, one after the other`,
    );
    const threads = titles.map((title, at) => ({ id: id(at), title, turns: 2, startedAt: startedAt(at), lastAt: startedAt(at) }));
    const declaredSession = { id: 'kiosk-1', source: 'header:x-session-id', threads };
    // In time, too, all are one session: that says nothing new, in whichever order it comes.
    const all = titles.map((prompt, at) =>
      thread(id(at), [request(id(at), 1, { user: USER, session: 'kiosk-s1', prompt, at: startedAt(at) })], { declaredSession }),
    );
    await withWorld({ threads: all }, async (served) => {
      const { page, seen } = await visit(browser, served, `/?thread=${id(6)}`);
      const session = page.getByRole('region', { name: '13 threads in the declared session' });
      await session.waitFor();
      await page.waitForLoadState('networkidle');
      expect(await session.getByRole('listitem').count()).toBe(8);
      expect(await session.locator('[aria-current=page]').textContent()).toBe(titles[6]);
      expect(await session.getByRole('listitem').first().textContent()).toContain('Mar 2');
      await session.getByRole('button', { name: 'Show all 13' }).click();
      expect(await session.getByRole('link').count()).toBe(12);
      expect(await session.getByRole('listitem').last().textContent()).toContain('Mar 3');
      expect(await page.getByRole('region', { name: 'in this session' }).count()).toBe(0);
      expect(await faultsOf(page)).toEqual([]);
      await page.setViewportSize(NARROW);
      expect(await fitsWidth(page)).toBe(true);
      isClean(seen);
      await page.context().close();
    });
  });
});

describe('what works', () => {
  it('tells sequences with shares and intervals, and what helps after trouble', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/');
      await page.getByRole('link', { name: 'What works' }).click();
      const rows = page.getByRole('list', { name: 'Sequences' }).getByRole('listitem');
      expect(await rows.filter({ hasText: 'correction' }).textContent()).toMatch(/79%.*52%–92%/);
      await rows.filter({ hasText: 'worse' }).getByText('29%').waitFor();
      await page.getByRole('list', { name: 'After a correction' }).getByText('the user left').waitFor();
      await page.getByLabel('Least').selectOption('10');
      expect(new URL(page.url()).searchParams.get('least')).toBe('10');
      await page.getByRole('link', { name: 'failed 8' }).click();
      await page.getByRole('heading', { level: 1, name: 'Threads' }).waitFor();
      expect(new URL(page.url()).search).toBe('?outcome=failed');
      isClean(seen);
      await page.context().close();
    }));
});

describe('health', () => {
  it('tells parts, queue, losses, stages and how right the linker is', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/');
      await page.getByRole('link', { name: 'Health' }).click();
      const region = (name: string) => page.getByRole('region', { name });
      await region('Parts').getByText('does not answer').waitFor();
      expect(await region('Queue').textContent()).toMatch(/Waiting12The oldest waits3\.5 sGiven up2/);
      expect(await region('Not kept or delivered').getByRole('row').allTextContents()).toEqual(
        expect.arrayContaining(['Refused at the doorinvalid sample4', 'Not sent by gatewaysqueue full33']),
      );
      await region('Stages').getByRole('row').filter({ hasText: 'embed' }).getByText('300 ms').waitFor();
      expect(await region('Store').textContent()).toMatch(/Size52\.4 MBFree on its disk45\.8 GBVectors4,000Last purge.* ago/);
      await region('Linker').getByRole('link', { name: 'accuracy' }).waitFor();
      isClean(seen);
      await page.context().close();
    }));
});

describe('costs', () => {
  it('tell the trend and what each group has of it, in the address, and lead to threads', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/');
      await page.getByRole('link', { name: 'Models', exact: true }).click();
      await page.getByRole('navigation', { name: 'In Models' }).getByRole('link', { name: 'Costs' }).click();
      await page.getByText('about $7.00 ± $0.69 for 2,664 requests').waitFor();
      await page.getByText('most: $1.75 on 2026-03-05').waitFor();
      await page.getByLabel('By').selectOption('topic');
      const row = page.getByRole('list', { name: 'Costs' }).getByRole('listitem').first();
      await row.getByRole('link', { name: 'rota, shifts, nights' }).waitFor();
      expect(await row.textContent()).toMatch(/\$3\.10.*89%/);
      expect(new URL(page.url()).search).toBe('?view=costs&by=topic');
      await row.getByRole('link').click();
      expect(new URL(page.url()).searchParams.get('topic')).toBe('top_1');
      isClean(seen);
      await page.context().close();
    }));
});

describe('models', () => {
  it('tell what they cost, and are compared on topics that both answered, with intervals', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/');
      await page.getByRole('link', { name: 'Models', exact: true }).click();
      const costs = page.getByRole('list', { name: 'Costs by model' }).getByRole('listitem');
      expect(await costs.first().textContent()).toMatch(/gpt-4o-2024-08-06.*\$3\.10.*89%/);
      await page.getByLabel('Compare').selectOption('gpt-4o-2024-08-06');
      await page.getByLabel('With').selectOption('gpt-4o-mini-2024-07-18');
      const row = page.getByRole('row').filter({ hasText: 'right at first' }).filter({ hasText: '82.0%' });
      expect(await row.textContent()).toMatch(/−16\.0% −25\.0% to −7\.0%.*gpt-4o-2024-08-06 better/);
      await page.getByRole('row').filter({ hasText: 'turns' }).getByText('may be chance').waitFor();
      expect(new URL(page.url()).search).toBe('?view=models&a=gpt-4o-2024-08-06&b=gpt-4o-mini-2024-07-18');
      const changes = page.getByRole('region', { name: 'gpt-4o-2024-08-06 over time' });
      expect(await changes.getByRole('row').filter({ hasText: 'length of an answer' }).textContent()).toMatch(
        /all threads.*210.*390.*120, 94worse/,
      );
      await changes.getByRole('row').filter({ hasText: 'repetition' }).getByText('completed threads').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole('listitem').filter({ hasText: 'similarity 0.91' }).getByRole('link').first().click();
      await page.getByRole('heading', { level: 1, name: /bakery/ }).waitFor();
      isClean(seen);
      await page.context().close();
    }));
});

describe('accuracy', () => {
  it('shows precision and recall with intervals, reliability and decisions', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/?view=accuracy');
      const declared = page.getByRole('row').filter({ hasText: 'Declared by the client' });
      expect(await declared.textContent()).toMatch(/97\.0%.*94\.0% to 98\.5%/);
      await page.getByRole('row').filter({ hasText: 'Put right by people' }).getByText('nothing to judge').first().waitFor();
      await page.getByRole('img', { name: /Reliability: stated 35%, right 36%/ }).waitFor();
      await page.getByText('0.031').waitFor();
      await page.getByText('As figures').click();
      await page.getByText('tenant test, environment test', { exact: true }).waitFor();
      isClean(seen);
      await page.context().close();
    }));

  it('applies a calibration once it is confirmed, and takes it back', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/?view=accuracy');
      const card = page.getByRole('region', { name: 'Calibration' });
      await card.getByText('as shipped').waitFor();
      expect(await card.getByRole('row').filter({ hasText: 'precision' }).textContent()).toContain('+0.020');
      await card.getByRole('button', { name: 'Apply this calibration' }).click();
      expect(await faultsOf(page)).toEqual([]);
      await dialog(page).getByRole('button', { name: 'Cancel' }).click();
      await card.getByText('as shipped').waitFor();
      await card.getByRole('button', { name: 'Apply this calibration' }).click();
      await dialog(page).getByRole('button', { name: 'Apply', exact: true }).click();
      await card.getByText('version 1', { exact: true }).waitFor();
      await card.getByRole('button', { name: 'Go back to the one before' }).click();
      await dialog(page).getByRole('button', { name: 'Go back' }).click();
      await card.getByText('2 changes so far').waitFor();
      isClean(seen);
      await page.context().close();
    }));

  it('says how much evidence is missing, and offers nothing to those who may not change it', () =>
    withWorld({ threads: [], role: 'engineer' }, async (served) => {
      const { page, seen } = await visit(browser, served, '/?view=accuracy');
      const card = page.getByRole('region', { name: 'Calibration' });
      await card.getByText('There is too little evidence yet.').waitFor();
      expect(await card.getByRole('button').count()).toBe(0);
      isClean(seen);
      await page.context().close();
    }));
});

describe('putting a thread right', () => {
  it('splits at the turn that is shown, keeps the reason, shows what changed, and undoes it', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/?thread=thr_rota');
      await page.getByRole('button', { name: 'Split or merge …' }).click();
      await dialog(page).getByText('3 turns (3 requests) become a thread of their own; 3 turns stay here.').waitFor();
      await dialog(page).getByLabel('Reason').fill('Another matter');
      expect(await faultsOf(page)).toEqual([]);
      const sent = page.waitForRequest((one) => one.url().endsWith('/v1/threads/thr_rota/split'));
      await dialog(page).getByRole('button', { name: 'Split' }).click();
      expect((await sent).postDataJSON()).toEqual({ fromRequestId: 'thr_rota-4', reason: 'Another matter' });
      const repairs = page.getByRole('region', { name: 'Repairs' });
      await repairs.getByText('3 requests split off away to').waitFor();
      await repairs.getByText('Another matter').waitFor();
      await repairs.getByRole('button', { name: 'Undo' }).click();
      await dialog(page).getByRole('button', { name: 'Undo it' }).click();
      await repairs.getByText('undone').waitFor();
      isClean(seen);
      await page.context().close();
    }));

  it('moves one turn, or merges the thread into another of the same user and goes there', () =>
    withWorld({}, async (served) => {
      const { page, seen } = await visit(browser, served, '/?thread=thr_rota&request=thr_rota-5');
      await page.getByRole('button', { name: 'Split or merge …' }).click();
      await dialog(page).getByLabel('Turn 5 alone belongs to another thread').check();
      expect(await dialog(page).getByRole('button', { name: 'Move' }).isDisabled()).toBe(true);
      await dialog(page)
        .getByLabel(/Which flour/)
        .check();
      const moved = page.waitForRequest((one) => one.url().endsWith('/v1/requests/thr_rota-5/relink'));
      await dialog(page).getByRole('button', { name: 'Move' }).click();
      expect((await moved).postDataJSON()).toEqual({ threadId: 'thr_flour' });
      await page.getByRole('region', { name: 'Repairs' }).getByText('moved away to').waitFor();
      await page.getByRole('button', { name: 'Split or merge …' }).click();
      await dialog(page).getByLabel('The whole thread goes on with another one').check();
      await dialog(page).getByLabel('or by its id').fill('thr_flour');
      await dialog(page).getByRole('button', { name: 'Merge' }).click();
      await page.getByRole('heading', { level: 1, name: 'Which flour' }).waitFor();
      await page.getByRole('region', { name: 'Repairs' }).getByText('merged into this thread from').waitFor();
      isClean(seen);
      await page.context().close();
    }));

  it('says what the API refuses, and keeps what was written', () =>
    withWorld({}, async (served) => {
      const { page } = await visit(browser, served, '/?thread=thr_rota');
      await page.getByRole('button', { name: 'Split or merge …' }).click();
      await dialog(page).getByLabel('The whole thread goes on with another one').check();
      await dialog(page).getByLabel('or by its id').fill('thr_unknown');
      await dialog(page).getByLabel('Reason').fill('They belong together');
      await dialog(page).getByRole('button', { name: 'Merge' }).click();
      await dialog(page).getByRole('alert').getByText('Nothing here').waitFor();
      expect(await dialog(page).getByLabel('Reason').inputValue()).toBe('They belong together');
      await page.keyboard.press('Escape');
      await eventually(() => dialog(page).count()).toBe(0);
      expect(new URL(page.url()).searchParams.get('thread')).toBe('thr_rota');
      await page.context().close();
    }));

  it('is offered to those who may, and to nobody else', () =>
    withWorld({ role: 'user' }, async (served) => {
      const { page, seen } = await visit(browser, served, '/?thread=thr_rota');
      await facts(page).getByText('unsatisfied').waitFor();
      await eventually(() => page.getByRole('navigation', { name: 'Rooms' }).getByRole('link').count()).toBe(1);
      expect(await page.getByRole('button', { name: 'Split or merge …' }).count()).toBe(0);
      expect(seen.foreign).toEqual([]);
      await page.context().close();
    }));

  it('leads from a thread that was merged away to where its requests are', () =>
    withWorld({}, async (served) => {
      const { page } = await visit(browser, served, '/', WIDE);
      await page.getByRole('list', { name: 'Threads' }).waitFor();
      await page.route('**/v1/threads/thr_gone?*', (route) =>
        route.fulfill({ status: 404, contentType: 'application/problem+json', json: { title: 'Nothing here', mergedInto: 'thr_flour' } }),
      );
      await page.goto(`${served.url}/?thread=thr_gone`);
      await page.getByRole('heading', { level: 1, name: 'Which flour' }).waitFor();
      expect(new URL(page.url()).searchParams.get('thread')).toBe('thr_flour');
      await page.context().close();
    }));

  it('fits a narrow screen', () =>
    withWorld({}, async (served) => {
      const { page } = await visit(browser, served, '/?thread=thr_rota', NARROW);
      await page.getByRole('button', { name: 'Split or merge …' }).click();
      await dialog(page).getByLabel('Turn 4 alone belongs to another thread').check();
      await dialog(page)
        .getByLabel(/Which flour/)
        .waitFor();
      expect(await fitsWidth(page)).toBe(true);
      expect(await faultsOf(page)).toEqual([]);
      await page.context().close();
    }));
});
