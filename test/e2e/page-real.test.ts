// The page on the real control plane: samples are posted as a gateway posts them, and the page shows what was linked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { ADMIN_TOKEN, sample } from '../support/control-plane.ts';
import { listeningPlane, type ListeningPlane } from '../support/listening.ts';
import { storeSamples } from '../support/planes.ts';
import { describePage, isClean, visit } from './page-suite.ts';

let served: ListeningPlane;

const QUESTIONS = [
  ['How do I repot a lemon tree without hurting its roots?', 'And how often should it be watered afterwards?', 'No, I meant in winter.'],
  ['Draft a polite letter to the landlord about the broken boiler.', 'Make it shorter and mention the cold bedroom.'],
  ['Explain how a suspension bridge carries its load.', 'What happens when one cable snaps?'],
];

function conversation(turns: readonly string[], matter: number): Record<string, unknown>[] {
  return turns.map((text, turn) =>
    sample({
      id: `page-${matter}-${turn}`,
      startedAt: new Date(Date.now() - 600_000 + matter * 100_000 + turn * 20_000).toISOString(),
      endedAt: new Date(Date.now() - 598_000 + matter * 100_000 + turn * 20_000).toISOString(),
      principal: { id: `p_reader_${matter}`, source: 'jwt:sub', trust: 'authenticated' },
      session: { id: `matter-${matter}`, source: 'header:X-Session-Id' },
      trace: { traceId: `${matter + 1}${turn + 1}`.padStart(32, 'c'), spanId: `${turn + 1}`.padStart(16, 'd') },
      prompt: { text },
      answer: { text: `A short answer to question ${turn + 1}.` },
      model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body' },
      usage: { inputTokens: 210, outputTokens: 40 },
      status: matter === 1 && turn === 1 ? { http: 500, outcome: 'error' } : { http: 200, outcome: 'ok', finishReason: 'stop' },
    }),
  );
}

const post = (samples: readonly unknown[]): Promise<void> => storeSamples(served.test, samples);

beforeAll(async () => {
  served = await listeningPlane();
  await post(QUESTIONS.flatMap(conversation));
});
afterAll(() => served.close());

describePage('the control plane', () => ({ url: served.url, token: ADMIN_TOKEN }));

describe('what was posted', () => {
  it('stands in the list, opens at the failed turn, and grows while it is looked at', async () => {
    const browser = await openBrowser();
    const { page, seen } = await visit(browser, { url: served.url, token: ADMIN_TOKEN });
    await page.getByRole('link', { name: /polite letter to the landlord/ }).click();
    await page.getByRole('heading', { level: 2, name: 'Turn 2 of 2' }).waitFor();
    for (const text of ['The thread broke down here', 'error 500', 'gpt-4o-2024-08-06', '22'.padStart(32, 'c')]) {
      await page.getByRole('article').getByText(text).first().waitFor();
    }
    await post(conversation([...QUESTIONS[1]!, 'Thank you, that is much better.'], 1).slice(2));
    await page.getByRole('heading', { level: 2, name: 'Turn 2 of 3' }).waitFor();
    isClean(seen);
    await browser.close();
  });
});

describe('a thread that a person puts right', () => {
  it('is split, shows what changed and who said so, and is whole again once that is undone', async () => {
    const browser = await openBrowser();
    const { page, seen } = await visit(browser, { url: served.url, token: ADMIN_TOKEN });
    const shown = page.getByRole('dialog').filter({ visible: true });
    const repairs = page.getByRole('region', { name: 'Repairs' });
    await page.getByRole('link', { name: /repot a lemon tree/ }).click();
    await page
      .getByRole('navigation', { name: 'Turns' })
      .getByRole('link', { name: /No, I meant in winter/ })
      .click();
    await page.getByRole('heading', { level: 2, name: 'Turn 3 of 3' }).waitFor();
    await page.getByRole('button', { name: 'Split or merge …' }).click();
    await shown.getByLabel('Reason').fill('Winter is another matter');
    await shown.getByRole('button', { name: 'Split' }).click();
    await repairs.getByText('Winter is another matter').waitFor();
    await page.getByRole('heading', { level: 2, name: /of 2$/ }).waitFor();
    await repairs.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'No, I meant in winter.' }).waitFor();
    await page.getByRole('heading', { name: /because a person put it here/ }).waitFor();
    await repairs.getByText('1 request split off into this thread').waitFor();
    await repairs.getByRole('button', { name: 'Undo' }).click();
    await shown.getByRole('button', { name: 'Undo it' }).click();
    await page.getByRole('heading', { level: 1, name: /repot a lemon tree/ }).waitFor();
    await page.getByRole('heading', { level: 2, name: /of 3$/ }).waitFor();
    expect(seen.foreign).toEqual([]);
    await browser.close();
  });

  it('is told of by how it went', async () => {
    const browser = await openBrowser();
    const { page, seen } = await visit(browser, { url: served.url, token: ADMIN_TOKEN });
    await page.getByRole('link', { name: /polite letter to the landlord/ }).click();
    await page.getByRole('link', { name: 'Show the evidence' }).click();
    for (const name of ['Satisfaction', 'Quality', 'Course of intents', 'Models and cost'])
      await page.getByRole('region', { name }).waitFor();
    await page.getByRole('link', { name: 'Threads', exact: true }).click();
    await page.getByRole('link', { name: 'What works', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'What works' }).waitFor();
    await page.getByText(/ended/).first().waitFor();
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByRole('region', { name: 'Queue' }).getByText('Waiting').waitFor();
    await page.getByRole('link', { name: 'Accuracy', exact: true }).click();
    await page.getByRole('region', { name: 'Calibration' }).getByText('as shipped').waitFor();
    isClean(seen);
    await browser.close();
  });
});
