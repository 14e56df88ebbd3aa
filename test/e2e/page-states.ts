// Pictures of every state of the page, to be looked at: `node test/e2e/page-states.ts FOLDER [NAME …]`. From memory, wide and
// narrow, light and dark; tells what scrolls sideways. Chinese and Japanese need a font that has them (Debian: fonts-noto-cjk).
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setup } from '../support/built.ts';
import { fitsWidth, NARROW, openBrowser, WIDE, type Browser, type Page } from '../support/browser.ts';
import { roomRoutes, RUN_IDS } from './page-rooms.ts';
import { filler, many, samples } from './page-threads.ts';
import { serve, TOKEN, type Served, type World } from './page-world.ts';

type Worlds = 'full' | 'empty' | 'huge' | 'product' | 'auditor';

interface State {
  readonly name: string;
  readonly world?: Worlds;
  readonly address: string;
  /** Before the first request. */
  readonly arrange?: (page: Page) => Promise<unknown>;
  /** Once the page stands. */
  readonly act?: (page: Page) => Promise<void>;
  readonly isSignedOut?: boolean;
}

const API = /\/v1\/(?!me)/;
const never = (): Promise<void> => new Promise(() => undefined);
const holdBack = (page: Page): Promise<unknown> => page.route(API, never);
const answer =
  (status: number, title: string, given: Readonly<Record<string, string>> = {}) =>
  (page: Page): Promise<unknown> =>
    page.route(API, (route) => route.fulfill({ status, contentType: 'application/problem+json', json: { title, status, ...given } }));
const goAway = (page: Page): Promise<unknown> => page.route(API, (route) => route.abort());
const click =
  (...names: readonly string[]) =>
  async (page: Page): Promise<void> => {
    for (const name of names) await page.getByText(name, { exact: true }).first().click();
  };

const [run = '', other = ''] = RUN_IDS;
const answerDiff = (page: Page, json: unknown): Promise<unknown> => page.route(/\/v1\/runs\/diff/, (route) => route.fulfill({ json }));
/** A long prompt with small changes, long names and digests, many fields. */
function longDiff(): object {
  const digest = (text: string): string => text.repeat(64).slice(0, 64);
  const names = Array.from({ length: 18 }, (_, index) => `parameters/reasoning_budget_of_the_planner_${index}`);
  const prose = 'Answer only from the handbook. Name the chapter for each claim, and say so where it is silent. '.repeat(14);
  return {
    a: { id: run, digest: digest('a1') },
    b: { id: other, digest: digest('b2') },
    differences: [
      { path: '/composition/tools/11', kind: 'removed', a: { digest: digest('c3'), length: 48_213, name: 'find_free_shift_of_colleague' } },
      { path: '/composition/tools', kind: 'changed', a: ['find_shift', 'swap', 'notify'], b: ['swap', 'find_shift', 'notify'] },
      { path: '/composition/instructions/0/template/digest', kind: 'changed', a: digest('d4'), b: digest('e5') },
      ...names.map((name, index) => ({ path: `/${name}`, kind: 'changed', a: index, b: index * 1_000_003.25 })),
    ],
    texts: { prompt: [{ kind: 'same', text: prose }] },
    templates: [
      {
        path: '/composition/instructions/0/template/digest',
        words: [
          { kind: 'same', text: prose },
          { kind: 'removed', text: 'Be brief' },
          { kind: 'added', text: 'Be thorough, Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung included' },
          { kind: 'same', text: `. ${prose}` },
        ],
      },
    ],
    tools: [],
  };
}
const ROTA = '/?thread=thr_rota';
const STATES: readonly State[] = [
  { name: 'sign-in', address: '/', isSignedOut: true },
  {
    name: 'sign-in-refused',
    address: '/',
    isSignedOut: true,
    act: async (page) => {
      await page.getByLabel('Token').fill('wrong');
      await page.keyboard.press('Enter');
    },
  },
  { name: 'list', address: '/' },
  { name: 'list-filtered', address: '/?outcome=failed' },
  { name: 'list-nothing', address: '/?position=orphaned' },
  { name: 'list-empty', world: 'empty', address: '/' },
  { name: 'list-loading', address: '/', arrange: holdBack },
  { name: 'list-down', address: '/', arrange: goAway },
  {
    name: 'list-500',
    address: '/',
    arrange: answer(500, 'Something broke on our side', { remedy: 'Look for the incident in the log.', incident: 'inc_5d1' }),
  },
  {
    name: 'list-429',
    address: '/',
    arrange: answer(429, 'Too many requests', { detail: 'This token may ask 50 times a second.', remedy: 'Wait a second.' }),
  },
  { name: 'thread', address: ROTA },
  { name: 'thread-evidence', address: `${ROTA}&open=facts` },
  { name: 'thread-repair', address: ROTA, act: click('Split or merge …') },
  { name: 'thread-graph', address: `${ROTA}&open=graph` },
  { name: 'thread-graph-calls', address: '/?thread=thr_agent&open=graph' },
  { name: 'thread-calls', address: '/?thread=thr_agent' },
  { name: 'thread-guardrail', address: '/?thread=thr_guarded&open=facts' },
  { name: 'thread-arabic', address: '/?thread=thr_arabic' },
  { name: 'thread-cjk', address: '/?thread=thr_cjk' },
  { name: 'thread-long-text', address: '/?thread=thr_long' },
  { name: 'thread-10000-turns', world: 'huge', address: '/?thread=thr_many' },
  { name: 'thread-loading', address: ROTA, arrange: holdBack },
  { name: 'thread-missing', address: '/?thread=nowhere' },
  {
    name: 'search-offers',
    address: '/',
    act: async (page) => {
      await page.getByRole('searchbox').fill('position:');
      await page.keyboard.press('ArrowDown');
    },
  },
  { name: 'search', address: '/?q=the' },
  { name: 'search-nothing', address: '/?q=zzzz' },
  { name: 'search-loading', address: '/?q=the', arrange: holdBack },
  { name: 'topics', address: '/?view=topics' },
  { name: 'topics-released', address: '/?view=topics&figures=released' },
  { name: 'topic', address: '/?view=topic&topic=top_1' },
  { name: 'topic-released', address: '/?view=topic&topic=top_1&figures=released' },
  { name: 'topics-empty', world: 'empty', address: '/?view=topics' },
  { name: 'runs', address: '/?view=runs' },
  { name: 'run', address: `/?run=${run}` },
  { name: 'run-drifted', address: `/?run=${other}` },
  { name: 'run-diff', address: `/?run=${run}&against=${other}` },
  { name: 'run-diff-long', address: `/?run=${run}&against=${other}`, arrange: (page) => answerDiff(page, longDiff()) },
  { name: 'run-missing', address: `/?run=${'0'.repeat(32)}` },
  { name: 'log-down', address: '/?view=log', arrange: goAway },
  { name: 'models', address: '/?view=models&a=gpt-4o-2024-08-06&b=gpt-4o-mini-2024-07-18' },
  { name: 'health', address: '/?view=health' },
  { name: 'costs', address: '/?view=costs&by=topic' },
  { name: 'works', address: '/?view=works' },
  { name: 'works-empty', world: 'empty', address: '/?view=works' },
  { name: 'accuracy', address: '/?view=accuracy' },
  { name: 'accuracy-empty', world: 'empty', address: '/?view=accuracy' },
  { name: 'accuracy-confirm', address: '/?view=accuracy', act: click('Apply this calibration') },
  { name: 'answers', address: '/?view=answers' },
  { name: 'changes', address: '/?view=changes&at=2026-03-02T10:30:00.000Z' },
  { name: 'changes-none', address: '/?view=changes' },
  { name: 'manifests', address: '/?view=manifests' },
  { name: 'manifests-none', world: 'empty', address: '/?view=manifests' },
  { name: 'log', address: '/?view=log' },
  { name: 'log-empty', world: 'empty', address: '/?view=log' },
  { name: 'alerts', address: '/?view=alerts' },
  { name: 'alert', address: '/?alert=al_oven' },
  { name: 'alerts-empty', world: 'empty', address: '/?view=alerts' },
  { name: 'help', address: '/', act: (page) => page.keyboard.press('?') },
  { name: 'role-product', world: 'product', address: '/' },
  { name: 'role-auditor-refused', world: 'auditor', address: '/?view=topics' },
];

const SETTLED_MS = 900;

async function take(browser: Browser, served: Served, state: State, target: string): Promise<void> {
  for (const [width, viewport] of [['wide', WIDE] as const, ['narrow', NARROW] as const]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' });
      const page = await context.newPage();
      await state.arrange?.(page);
      await page.goto(served.url + state.address + (state.isSignedOut === true ? '' : `#token=${TOKEN}`));
      await page.waitForTimeout(SETTLED_MS);
      if (state.act) {
        await state.act(page);
        await page.waitForTimeout(SETTLED_MS / 3);
      }
      await page.screenshot({ path: path.join(target, `${state.name}-${width}-${colorScheme}.png`) });
      if (!(await fitsWidth(page))) console.log(`${state.name}, ${width}: scrolls sideways`);
      await context.close();
    }
  }
}

async function main([target = 'page-states', ...names]: readonly string[]): Promise<void> {
  mkdirSync(target, { recursive: true });
  setup();
  const world = (given: Partial<World> = {}): World => ({
    threads: [...samples(), ...filler(70)],
    isDown: false,
    routes: roomRoutes(),
    traceUrl: 'http://jaeger.internal/trace/{traceId}',
    ...given,
  });
  const served: Record<Worlds, Served> = {
    full: await serve(world()),
    empty: await serve(world({ threads: [], routes: roomRoutes(true) })),
    huge: await serve(world({ threads: [many(10_000)] })),
    product: await serve(world({ role: 'product' })),
    auditor: await serve(world({ role: 'auditor' })),
  };
  const browser = await openBrowser();
  const wanted = STATES.filter(({ name }) => names.length === 0 || names.includes(name));
  for (const state of wanted) await take(browser, served[state.world ?? 'full'], state, target);
  await browser.close();
  await Promise.all(Object.values(served).map((one) => one.close()));
  console.log(`${wanted.length * 4} pictures in ${target}`);
}

await main(process.argv.slice(2));
