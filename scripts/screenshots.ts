// Pictures of the README: `node scripts/screenshots.ts [FOLDER]`. Runs the demo for a good minute, opens the page in the
// system's Chromium, and takes the list and the thread with the most telling break. Nobody's data: made-up conversations.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';

const ROOT = path.dirname(import.meta.dirname);
const SIZE = { width: 1280, height: 800 } as const;
const READY_LIMIT_MS = 180_000;

interface Places {
  readonly page: string;
  readonly control: string;
  readonly token: string;
}

function browserPath(): string {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    if (found !== '') return found;
  }
  throw new Error('No Chromium on this machine. On Debian or Ubuntu: apt-get install -y --no-install-recommends chromium');
}

/** Resolves once all conversations are through. */
function startDemo(folder: string): { readonly child: ChildProcess; readonly places: Promise<Places> } {
  const child = spawn(process.execPath, ['scripts/run.mjs', 'demo'], {
    cwd: ROOT,
    env: { ...process.env, CLEW_DATA: folder, CLEW_PORT: '0', CLEW_GATEWAY_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const places = new Promise<Places>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The demo took too long')), READY_LIMIT_MS);
    let text = '';
    const read = (piece: string): void => {
      text += piece;
      const page = /Page\s+(\S+)/.exec(text)?.[1];
      const token = /Token\s+(\S+)/.exec(text)?.[1];
      if (page === undefined || token === undefined || !text.includes('threads were found')) return;
      clearTimeout(timer);
      resolve({ page, token, control: new URL(page).origin });
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('exit', (code) => reject(new Error(`The demo ended (exit ${code ?? 'by signal'})\n${text}`)));
  });
  return { child, places };
}

/** The thread that the README shows: one whose client dropped what the user comes back to. */
async function tellingThread({ control, token }: Places): Promise<string> {
  const response = await fetch(`${control}/v1/threads?limit=200`, { headers: { authorization: `Bearer ${token}` } });
  const { items } = (await response.json()) as { items: { id: string; title: string }[] };
  const found = items.find(({ title }) => title.includes('sourdough starter')) ?? items[0];
  if (found === undefined) throw new Error('The demo made no threads');
  return found.id;
}

async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.waitForTimeout(800);
}

async function take(target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-pictures-'));
  const { child, places } = startDemo(folder);
  const browser = await chromium.launch({ executablePath: browserPath(), headless: true, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const where = await places;
    const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
    await page.goto(where.page);
    await page.getByText('Why do my white beans stay hard?').first().waitFor();
    await settle(page);
    await page.screenshot({ path: path.join(target, 'threads.png') });
    await page.goto(`${where.control}/?thread=${await tellingThread(where)}`);
    await page.getByText('nail varnish').first().waitFor();
    await settle(page);
    await page.screenshot({ path: path.join(target, 'thread.png') });
  } finally {
    await browser.close();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    if (child.exitCode === null) await gone;
    rmSync(folder, { recursive: true, force: true });
  }
}

await take(path.resolve(process.argv[2] ?? path.join(ROOT, 'docs/images')));
