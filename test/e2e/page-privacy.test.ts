// Retention, holds, audit log, tokens, policies and reveals on the page, against the real control plane.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealOriginals, type Policy } from '#contract';
import { fitsWidth, NARROW, openBrowser, WIDE, type Browser, type Page } from '../support/browser.ts';
import { ADMIN_TOKEN, bearer, ndjson, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { eventually, faultsOf, isClean, visit } from './page-suite.ts';

const POLICY = `version: 1
name: front desk
purpose: mending faults of the front desk
legalBasis: contract
redaction: { reversible: true, types: { EMAIL_ADDRESS: pseudonym } }
retention: { textDays: 20 }
`;
const MAIL = 'zq.reveal@canary.example.com';
const MARK = '[EMAIL_ADDRESS_abcdefghij]';
const REASON = 'ticket 4711: which address do we have';

const folder = mkdtempSync(path.join(tmpdir(), 'clew-privacy-page-'));
let plane: TestPlane;
let server: Server;
let url: string;
let browser: Browser;
const api = async (method: string, route: string, body?: unknown): Promise<unknown> => {
  const response = await fetch(url + route, {
    method,
    headers: { ...bearer(), 'Content-Type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  expect(response.status, route).toBeLessThan(300);
  return response.status === 204 ? undefined : response.json();
};
const tokenOf = async (fields: object): Promise<string> => ((await api('POST', '/v1/tokens', fields)) as { token: string }).token;
let revealer: string;
const open = (address: string, token = ADMIN_TOKEN, size: { width: number; height: number } = WIDE) =>
  visit(browser, { url, token }, address, size, token);
const dialog = (page: Page) => page.getByRole('dialog');

beforeAll(async () => {
  writeFileSync(path.join(folder, 'policy.yaml'), POLICY);
  plane = await startPlane({ env: { CLEW_POLICY: path.join(folder, 'policy.yaml') } });
  server = plane.app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { vault } = (await api('GET', '/v1/policies')) as Policy;
  const box = sealOriginals(Buffer.from(vault?.publicKey ?? '', 'base64'), { sample: 'r1', principal: 'p_ann' }, [
    { token: MARK, type: 'EMAIL_ADDRESS', value: MAIL },
  ]);
  await api(
    'POST',
    '/v1/samples',
    ndjson([
      sample({
        id: 'r1',
        principal: { id: 'p_ann', source: 'header:x-user', trust: 'asserted' },
        prompt: { text: `Write to ${MARK} please` },
        redaction: { counts: { EMAIL_ADDRESS: 1 }, sealed: { keyId: vault?.keyId ?? '', box } },
      }),
    ]),
  );
  await plane.settled();
  const { permissions } = ((await api('GET', '/v1/roles')) as { items: { id: string; permissions: string[] }[] }).items.find(
    ({ id }) => id === 'admin',
  ) ?? { permissions: [] };
  revealer = await tokenOf({ role: 'admin', name: 'privacy desk', permissions: [...permissions, 'reveal:write'] });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await plane.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('redacted text', () => {
  it('is marked, and shows its original to who may, with a reason, no longer than the dialog stands', async () => {
    const { page, seen } = await open('/?q=please', revealer);
    await page.locator('[data-row]').first().click();
    await page.locator('.redacted').getByText(MARK).first().waitFor();
    expect(await page.locator('.speech .redacted').first().getAttribute('title')).toBe('email address: redacted before it was stored');
    await page.getByRole('button', { name: 'Reveal …' }).click();
    const button = dialog(page).getByRole('button', { name: 'Reveal' });
    expect(await button.isDisabled()).toBe(true);
    await dialog(page).getByLabel('email address').check();
    await dialog(page).getByLabel('Reason').fill(REASON);
    await button.click();
    await dialog(page).getByText(MAIL).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await eventually(() => page.getByText(MAIL).count()).toBe(0);
    isClean(seen);
    await page.context().close();
  });

  it('tells who may not why, and asks nothing of the server', async () => {
    const { page, seen } = await open('/?q=please');
    await page.locator('[data-row]').first().click();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByRole('button', { name: 'Reveal …' }).click();
    await dialog(page).getByRole('heading', { name: 'Not yours to reveal' }).waitFor();
    expect(await dialog(page).textContent()).toContain('reveal:write');
    expect(await faultsOf(page)).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Understood' }).click();
    expect(asked.filter((address) => address.includes('/v1/reveal'))).toEqual([]);
    isClean(seen);
    await page.context().close();
  });
});

describe('retention', () => {
  it('says what goes next, and takes and lifts a legal hold', async () => {
    const { page, seen } = await open('/?view=retention');
    await page.getByText('mending faults of the front desk').waitFor();
    await page.getByText(/^The next purge, .* takes nothing/).waitFor();
    const text = page.getByRole('row').filter({ hasText: 'prompts, answers, comments' });
    expect(await text.textContent()).toContain('20 days');
    await page.getByText('None.', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Place a hold …' }).click();
    await dialog(page).getByLabel('Pseudonym, or the user').fill('p_ann');
    await dialog(page).getByLabel('Reason').fill('case 4711, counsel asked');
    expect(await faultsOf(page)).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Place it' }).click();
    const hold = page.getByRole('list', { name: 'Legal holds' }).getByRole('listitem');
    await hold.getByText('in force').waitFor();
    expect(await hold.textContent()).toContain('case 4711, counsel asked');
    await hold.getByRole('button', { name: /^Lift/ }).click();
    await dialog(page).getByLabel('Reason').fill('case 4711 is closed');
    await dialog(page).getByRole('button', { name: 'Lift it' }).click();
    await hold.getByText('lifted', { exact: true }).waitFor();
    isClean(seen);
    await page.context().close();
  });

  it('shows an auditor the same, and no way to change it', async () => {
    const { page, seen } = await open('/?view=retention', await tokenOf({ role: 'auditor' }));
    await page.getByRole('heading', { name: 'Legal holds' }).waitFor();
    expect(await page.getByRole('button', { name: /hold|Lift/ }).count()).toBe(0);
    const rooms = page.getByRole('navigation', { name: 'In Privacy' }).getByRole('link');
    expect(await rooms.allTextContents()).toEqual(['Retention', 'Policies', 'Audit log']);
    isClean(seen);
    await page.context().close();
  });
});

describe('erasing a person', () => {
  const person = async (id: string): Promise<void> => {
    await api('POST', '/v1/samples', ndjson([sample({ principal: { id, source: 'header:x-user', trust: 'asserted' } })]));
    await plane.settled();
  };

  it('begins at the threads of the person, wants the pseudonym typed, and ends with a receipt', async () => {
    await person('p_zoe');
    const { page, seen } = await open('/?user=p_zoe');
    await page.getByRole('link', { name: 'Erase this user …' }).click();
    await page.waitForURL(/view=erasure&user=p_zoe/);
    await page.getByRole('link', { name: '1 thread' }).waitFor();
    await page.getByRole('button', { name: 'Erase …' }).click();
    const button = dialog(page).getByRole('button', { name: 'Erase for good' });
    await page.keyboard.type('p_zo');
    expect(await button.isDisabled()).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.type('e');
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Receipt: p_zoe is erased' }).waitFor();
    expect(await page.locator(':focus').textContent()).toContain('Receipt');
    const counts = page.getByRole('table').getByRole('row');
    expect(await counts.filter({ hasText: 'requests' }).textContent()).toMatch(/requests\s*1/);
    await page.getByText(/A second look at \d+ places found 0 items/).waitFor();
    await page.getByText('backups of the data folder').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the receipt' }).click();
    const receipt = JSON.parse(readFileSync(await (await saved).path(), 'utf8')) as object;
    expect(receipt).toMatchObject({ user: 'p_zoe', residual: 0, removed: { requests: 1 } });
    await page.goBack();
    await page.getByText('No thread matches these filters').waitFor();
    isClean(seen);
    await page.context().close();
  });

  it('keeps what a person is called elsewhere out of the address, and says where nothing was stored', async () => {
    const { page, seen } = await open('/?view=erasure');
    await page.getByLabel(/^Pseudonym/).fill('zoe@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Only the server makes the pseudonym of this name').waitFor();
    await page.getByRole('button', { name: 'Erase …' }).click();
    await page.keyboard.type('zoe@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('nothing was stored').waitFor();
    expect(page.url()).not.toContain('zoe');
    isClean(seen);
    await page.context().close();
  });

  it('is refused under a legal hold, which is told before, and is offered to nobody who may not', async () => {
    await person('p_held');
    const hold = (await api('POST', '/v1/holds', { kind: 'user', id: 'p_held', reason: 'case 4712, counsel asked' })) as { id: string };
    const { page } = await open('/?view=erasure&user=p_held', ADMIN_TOKEN, NARROW);
    await page.getByText('1 legal hold names this user').waitFor();
    await page.getByRole('button', { name: 'Erase …' }).click();
    await page.keyboard.type('p_held');
    await page.keyboard.press('Enter');
    await dialog(page).getByRole('alert').getByText(hold.id).waitFor();
    expect(await fitsWidth(page)).toBe(true);
    await page.context().close();
    expect(((await api('GET', '/v1/threads?user=p_held')) as { items: object[] }).items).toHaveLength(1);
    await api('POST', `/v1/holds/${hold.id}/lift`, { reason: 'case 4712 is closed' });

    const engineer = await open('/?user=p_held', await tokenOf({ role: 'engineer' }));
    await engineer.page.getByRole('link', { name: 'Remove filter user p_held' }).waitFor();
    // Everything is offered until the page knows the role.
    await eventually(() => engineer.page.getByRole('link', { name: 'Erase this user …' }).count()).toBe(0);
    await engineer.page.goto(`${url}/?view=erasure&user=p_held`);
    await engineer.page.getByText('erase:write').waitFor();
    await engineer.page.context().close();
  });
});

describe('the audit log', () => {
  it('says whether its chain holds, is filtered in the address, and exports a thread', async () => {
    const { page, seen } = await open('/?view=audit');
    await page.getByText('chain holds').waitFor();
    const acts = page.getByRole('list', { name: 'Acts' }).getByRole('listitem');
    await eventually(() => acts.count()).toBeGreaterThan(3);
    await page.getByRole('combobox', { name: /^Act/ }).selectOption('reveal');
    await eventually(() => acts.count()).toBe(1);
    expect(await acts.first().textContent()).toContain(REASON);
    expect(new URL(page.url()).searchParams.get('kind')).toBe('reveal');
    await page.getByLabel('Actor').fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('No act matches.').waitFor();
    const thread = ((await api('GET', '/v1/threads')) as { items: { id: string }[] }).items[0]?.id ?? '';
    await page.getByRole('button', { name: 'Export a thread …' }).click();
    await dialog(page).getByLabel('Id of the thread').fill(thread);
    const saved = page.waitForEvent('download');
    await dialog(page).getByRole('button', { name: 'Export' }).click();
    const file = JSON.parse(readFileSync(await (await saved).path(), 'utf8')) as { envelope: { payloadType: string } };
    expect(file.envelope.payloadType).toBe('application/vnd.clew.thread-audit+json');
    isClean(seen);
    await page.context().close();
  });

  it('lets an auditor who may reveal do so by the id of a request', async () => {
    const token = await tokenOf({ role: 'auditor', permissions: ['self:read', 'audit:read', 'reveal:write'] });
    const { page, seen } = await open('/?view=audit', token);
    await page.getByRole('button', { name: 'Reveal …' }).click();
    await dialog(page).getByLabel('Id of the request').fill('r1');
    await dialog(page).getByLabel('Reason').fill(REASON);
    await dialog(page).getByRole('button', { name: 'Reveal' }).click();
    await dialog(page).getByText(MAIL).waitFor();
    isClean(seen);
    await page.context().close();
  });
});

describe('tokens', () => {
  it('are made with bounds and shown once, and are worth nothing once revoked', async () => {
    const { page, seen } = await open('/?view=tokens');
    await page.getByRole('button', { name: 'New token …' }).click();
    await dialog(page).getByLabel('Role').selectOption('auditor');
    await dialog(page).getByLabel('reveal:write').check();
    await dialog(page).getByLabel('What it is for').fill('page test');
    await dialog(page).getByLabel('Environment').fill('staging');
    await dialog(page).getByLabel('Valid for').selectOption('7');
    expect(await faultsOf(page)).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Make it' }).click();
    const secret = (await dialog(page).locator('.secret code').textContent()) ?? '';
    expect(secret).toMatch(/^clew_/);
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    const me = async (): Promise<Response> => fetch(`${url}/v1/me`, { headers: bearer(secret) });
    expect(await (await me()).json()).toMatchObject({ role: 'auditor', environment: 'staging', operator: false });
    expect(await page.content()).not.toContain(secret);
    const row = page.getByRole('list', { name: 'Tokens' }).getByRole('listitem').filter({ hasText: 'page test' });
    await row.getByText('may reveal').waitFor();
    expect(await row.textContent()).toContain('default/staging');
    await row.getByRole('button', { name: 'Revoke page test' }).click();
    await dialog(page).getByRole('button', { name: 'Revoke' }).click();
    await eventually(() => row.count()).toBe(0);
    expect((await me()).status).toBe(401);
    await page.getByRole('row').filter({ hasText: 'reveal:write' }).first().waitFor();
    isClean(seen);
    await page.context().close();
  });
});

describe('policies', () => {
  it('are planned, tried on stored traffic, taken with a reason, and taken back', async () => {
    const { page, seen } = await open('/?view=policies');
    const text = page.getByLabel('Policy as YAML');
    await eventually(() => text.inputValue()).toBe(POLICY);
    await text.fill(POLICY.replace('textDays: 20', 'textDays: 25'));
    const apply = page.getByRole('button', { name: 'Apply …' });
    expect(await apply.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Plan: what would change' }).click();
    const change = page.getByRole('row').filter({ hasText: 'retention.textDays' });
    await change.getByText('loosens').waitFor();
    await page.getByRole('button', { name: 'Simulate on stored traffic' }).click();
    await page.getByRole('row').filter({ hasText: 'Requests kept' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await apply.click();
    await dialog(page).getByLabel('Reason').fill('longer look back');
    await dialog(page).getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('heading', { name: /^Version 2/ }).waitFor();
    expect(readFileSync(path.join(folder, 'policy.yaml'), 'utf8')).toContain('textDays: 25');
    await page.getByRole('navigation', { name: 'Versions' }).getByRole('link').nth(1).click();
    await page.getByRole('button', { name: 'Compare with the one in force' }).click();
    await change.waitFor();
    await page.getByRole('button', { name: 'Roll back to version 1 …' }).click();
    await dialog(page).getByLabel('Reason').fill('too long');
    await dialog(page).getByRole('button', { name: 'Roll back' }).click();
    await page.getByRole('heading', { name: /^Version 3/ }).waitFor();
    expect(readFileSync(path.join(folder, 'policy.yaml'), 'utf8')).toBe(POLICY);
    isClean(seen);
    await page.context().close();
  });

  it('with faults are refused with line, expectation and consequence, and who may not take one is told', async () => {
    const { page } = await open('/?view=policies', await tokenOf({ role: 'engineer' }));
    const text = page.getByLabel('Policy as YAML');
    await eventually(() => text.inputValue()).toBe(POLICY);
    expect(await page.getByRole('button', { name: 'Apply …' }).count()).toBe(0);
    await page.getByText('Only the token of the first start takes a policy').waitFor();
    await text.fill('version: 1\nmode: sometimes\nretention: { textDays: -1 }\n');
    await page.getByRole('button', { name: 'Plan: what would change' }).click();
    const faults = page.getByRole('alert');
    await faults.waitFor();
    expect(await faults.textContent()).toMatch(/policy:2: mode: .*policy:3: retention\.textDays: /s);
    await page.context().close();
  });
});

describe.each([
  ['light, wide', 'light', WIDE],
  ['dark, narrow', 'dark', NARROW],
] as const)('axe and width, %s', (_name, colorScheme, size) => {
  it('every room', async () => {
    const { page } = await open('/?view=retention', ADMIN_TOKEN, size);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const name of ['Retention', 'Erasure', 'Policies', 'Audit log', 'Tokens']) {
      await page.getByRole('navigation', { name: 'In Privacy' }).getByRole('link', { name }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await page.waitForLoadState('networkidle');
      expect(await faultsOf(page), name).toEqual([]);
      expect(await fitsWidth(page), name).toBe(true);
    }
    await page.context().close();
  });
});
