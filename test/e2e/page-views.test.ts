// Every view of the page under axe: in both colours, wide and narrow.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitsWidth, NARROW, openBrowser, WIDE, type Browser } from '../support/browser.ts';
import { roomRoutes, RUN_IDS } from './page-rooms.ts';
import { faultsOf, visit } from './page-suite.ts';
import { filler, samples } from './page-threads.ts';
import { serve, type Served } from './page-world.ts';

let served: Served;
let empty: Served;
let browser: Browser;

beforeAll(async () => {
  served = await serve({ threads: [...samples(), ...filler(8)], isDown: false, routes: roomRoutes() });
  empty = await serve({ threads: [], isDown: false, routes: roomRoutes(true) });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await served.close();
  await empty.close();
});

const [first = '', second = ''] = RUN_IDS;

const VIEWS: readonly (readonly [string, () => Served, string])[] = [
  ['list', () => served, '/'],
  ['list of an outcome', () => served, '/?outcome=failed'],
  ['thread that broke down', () => served, '/?thread=thr_rota'],
  ['thread with its evidence', () => served, '/?thread=thr_rota&open=facts'],
  ['thread with a guardrail path', () => served, '/?thread=thr_guarded&open=facts'],
  ['models', () => served, '/?view=models&a=gpt-4o-2024-08-06&b=gpt-4o-mini-2024-07-18'],
  ['costs', () => served, '/?view=costs&by=topic'],
  ['health', () => served, '/?view=health'],
  ['no models', () => empty, '/?view=models'],
  ['what works', () => served, '/?view=works'],
  ['accuracy', () => served, '/?view=accuracy'],
  ['nothing works yet', () => empty, '/?view=works'],
  ['no accuracy yet', () => empty, '/?view=accuracy'],
  ['thread with calls', () => served, '/?thread=thr_agent'],
  ['graph of a thread with calls', () => served, '/?thread=thr_agent&open=graph'],
  ['thread in Arabic', () => served, '/?thread=thr_arabic'],
  ['search', () => served, '/?q=the'],
  ['nothing found', () => served, '/?q=zzzz'],
  ['not there', () => served, '/?thread=nowhere'],
  ['no such page', () => served, '/?view=rums'],
  ['no such path', () => served, '/rooms/threads?thread=thr_rota'],
  ['runs', () => served, '/?view=runs'],
  ['run', () => served, `/?run=${first}`],
  ['run that drifted', () => served, `/?run=${second}`],
  ['two runs', () => served, `/?run=${first}&against=${second}`],
  ['questions to runs', () => served, '/?view=answers'],
  ['what changed', () => served, '/?view=changes&at=2026-03-02T10:30:00.000Z'],
  ['manifests', () => served, '/?view=manifests'],
  ['no manifests', () => empty, '/?view=manifests'],
  ['log', () => served, '/?view=log'],
  ['empty log', () => empty, '/?view=log'],
  ['topics', () => served, '/?view=topics'],
  ['released topics', () => served, '/?view=topics&figures=released'],
  ['a topic', () => served, '/?view=topic&topic=top_1'],
  ['a released topic', () => served, '/?view=topic&topic=top_1&figures=released'],
  ['alerts', () => served, '/?view=alerts'],
  ['alert', () => served, '/?alert=al_oven'],
  ['empty list', () => empty, '/'],
  ['no topics', () => empty, '/?view=topics'],
  ['no alerts', () => empty, '/?view=alerts'],
];

it.each(['/?view=rums', '/rums'])('says that %s leads nowhere, and offers ways on', async (address) => {
  const { page } = await visit(browser, served, address);
  await page.getByRole('heading', { name: 'Not here' }).waitFor();
  expect(await page.getByRole('link', { name: 'Search for “rums”' }).getAttribute('href')).toBe('/?q=rums');
  await page.getByRole('navigation', { name: 'What is here' }).getByRole('link', { name: 'All runs' }).click();
  await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/');
  await page.context().close();
});

it('groups hits by what made them hits, and gives weaker ones on demand', async () => {
  const { page } = await visit(browser, served, '/?q=the');
  await page.getByRole('region', { name: 'These words' }).getByRole('listitem').first().waitFor();
  await page.getByRole('link', { name: 'Show 3 weaker hits' }).click();
  await page.waitForURL((url) => url.searchParams.get('weak') === 'true');
  await page.context().close();
});

describe.each([
  ['light, wide', 'light', WIDE],
  ['dark, narrow', 'dark', NARROW],
] as const)('axe and width, %s', (_name, colorScheme, size) => {
  it.each(VIEWS)('%s', async (_view, target, address) => {
    const { page } = await visit(browser, target(), address, size);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForLoadState('networkidle');
    await page.getByRole('heading').or(page.getByRole('alert')).first().waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
    await page.context().close();
  });
});
