// Live accuracy and calibration on a whole control plane: judged as traffic comes, learned on request, in force at once.
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { Calibration, Preview, TuningView } from '../../control-plane/src/accuracy/index.ts';
import type { RequestView } from '../../control-plane/src/threads/index.ts';
import { clew } from '../support/clew.ts';
import { ADMIN_TOKEN, bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { listening } from '../support/listening.ts';
import { planesOfEachTest, postSamples } from '../support/planes.ts';

const start = planesOfEachTest();

interface FiguresBody {
  readonly n: number;
  readonly people: number;
  readonly trueJoin: number;
  readonly falseNew: number;
  readonly trueNew: number;
  readonly precision: { readonly value: number | null; readonly low: number | null };
}
interface AccuracyBody {
  readonly all: FiguresBody;
  readonly byEvidence: Readonly<Record<'declared' | 'history', FiguresBody>>;
  readonly corrections: FiguresBody;
  readonly days: readonly { readonly day: string; readonly n: number }[];
  readonly reliability: readonly { readonly n: number }[];
  readonly ece: number | null;
  readonly calibration: { readonly version: number | null };
}

const START = Date.now() - 20 * 86_400_000;
const WORDS = ['garden', 'parser', 'holiday', 'invoice', 'recipe', 'engine', 'poem', 'tax'];

/** People who ask three questions of a session and then begin another one soon: a linker that goes by pauses joins them. */
function traffic(sessions: number, from = 0): object[] {
  return Array.from({ length: sessions }, (_, k) => {
    const [s, person] = [from + k, k % 8];
    return Array.from({ length: 3 }, (__, turn) =>
      sample({
        id: `s${s}-${turn}`,
        startedAt: new Date(START + (Math.floor(s / 8) * 12 + turn * 3 + person / 60) * 60_000).toISOString(),
        principal: { id: `p_${person}`, source: 'header:x-user', trust: 'authenticated' },
        session: { id: `session-${s}`, source: 'header:x-session' },
        prompt: { text: `${WORDS[s % WORDS.length] ?? ''} question ${turn} about ${WORDS[(s * 3) % WORDS.length] ?? ''}` },
      }),
    );
  }).flat();
}

async function store(plane: TestPlane, samples: readonly object[]): Promise<void> {
  const ordered = samples.toSorted((a, b) => ((a as { startedAt: string }).startedAt < (b as { startedAt: string }).startedAt ? -1 : 1));
  for (let i = 0; i < ordered.length; i += 200) {
    await postSamples(plane, ordered.slice(i, i + 200));
  }
  await plane.settled(60_000);
}

const get = async (plane: TestPlane, path: string): Promise<unknown> => {
  const answer = await request(plane.app).get(path).set(bearer());
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown;
};
const accuracyOf = async (plane: TestPlane, query = ''): Promise<AccuracyBody> =>
  (await get(plane, `/v1/accuracy${query}`)) as AccuracyBody;

describe('accuracy', () => {
  it('is measured on traffic with ids, kept over a restart, and shown as metrics', async () => {
    const plane = await startPlane();
    expect((await accuracyOf(plane)).all).toMatchObject({ n: 0, precision: { value: null } });
    await store(plane, traffic(24));
    const { all, byEvidence, days, reliability, ece } = await accuracyOf(plane);
    // 24 sessions of three requests by eight people: the very first of each could not be guessed otherwise.
    expect(all).toMatchObject({ n: 64, people: 8 });
    expect(byEvidence.declared.n + byEvidence.history.n).toBe(64);
    expect(days.reduce((sum, { n }) => sum + n, 0)).toBe(64);
    expect(reliability.reduce((sum, { n }) => sum + n, 0)).toBe(64);
    expect(ece).not.toBeNull();
    expect((await accuracyOf(plane, `?to=${new Date(START - 1).toISOString()}`)).all.n).toBe(0);
    const metrics = (await request(plane.app).get('/metrics').set(bearer())).text;
    const counted = [...metrics.matchAll(/^clew_link_verdicts_total\{[^}]*kind="(\w+)"[^}]*\} (\d+)$/gm)];
    expect(counted.reduce((sum, [, , n]) => sum + Number(n), 0)).toBe(72);
    await plane.close({ keepFolder: true });

    const again = await start({ folder: plane.folder });
    expect((await accuracyOf(again)).all).toEqual(all);
    const seeded = (await request(again.app).get('/metrics').set(bearer())).text;
    if (all.trueJoin + all.trueNew > 0)
      expect(seeded).toMatch(/^clew_link_(precision|recall)\{tenant="default",environment="[^"]+"\} [\d.]+$/m);
  });

  it('goes with the user who is erased', async () => {
    const plane = await start();
    await store(plane, traffic(16));
    const before = (await accuracyOf(plane)).all;
    await request(plane.app).delete('/v1/users/p_0').set(bearer());
    expect((await accuracyOf(plane)).all).toMatchObject({ people: before.people - 1, n: before.n - before.n / 8 });
  });

  it('takes in what people repair, and gives it back when that is undone', async () => {
    const plane = await start();
    await store(plane, traffic(16));
    const first = (await get(plane, '/v1/requests/s0-0')) as RequestView;
    const second = (await get(plane, '/v1/requests/s8-0')) as RequestView;
    expect(second.thread).not.toBe(first.thread);
    const merged = await request(plane.app).post(`/v1/threads/${second.thread}/merge`).set(bearer()).send({ into: first.thread });
    expect(merged.status, merged.text).toBe(201);
    const corrections = async (): Promise<number> => (await accuracyOf(plane)).corrections.n;
    await expect.poll(corrections, { timeout: 10_000 }).toBe(3);
    expect((await accuracyOf(plane)).corrections).toMatchObject({ people: 1, trueNew: 0 });
    await request(plane.app)
      .post(`/v1/repairs/${(merged.body as { id: string }).id}/undo`)
      .set(bearer())
      .send({});
    await expect.poll(corrections, { timeout: 10_000 }).toBe(0);
  });

  it('refuses ranges that are none', async () => {
    const plane = await start();
    const wrong = [
      '?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z',
      '?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z',
      '?from=soon',
    ];
    for (const query of wrong) expect((await request(plane.app).get(`/v1/accuracy${query}`).set(bearer())).status).toBe(400);
  });
});

interface ProposalBody {
  readonly state: string;
  readonly explanation: string;
  readonly tuning: TuningView | null;
  readonly preview: Preview | null;
}

describe('calibration', () => {
  it('is refused with a clear word while there is too little evidence, and changes nothing by itself', async () => {
    const plane = await start();
    await store(plane, traffic(8));
    expect(await get(plane, '/v1/calibrations/proposal')).toMatchObject({ state: 'too_little', tuning: null });
    const refused = await request(plane.app).post('/v1/calibrations').set(bearer()).send({ action: 'apply' });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'calibration_refused', detail: expect.stringContaining('200') as string });
    expect((await request(plane.app).post('/v1/calibrations').set(bearer()).send({ action: 'revert' })).status).toBe(409);
    for (const body of [{}, { action: 'loosen' }, { action: 'apply', to: 1 }, { action: 'revert', to: -1 }]) {
      expect((await request(plane.app).post('/v1/calibrations').set(bearer()).send(body)).status).toBe(422);
    }
    expect(await get(plane, '/v1/calibrations')).toEqual({ items: [], next: null, active: null });
  });

  it('is previewed, applied to the next decision without a restart, kept over one, and reverted', { timeout: 120_000 }, async () => {
    const plane = await startPlane();
    await store(plane, traffic(160));
    const proposal = (await get(plane, '/v1/calibrations/proposal')) as ProposalBody;
    expect(proposal, JSON.stringify(proposal)).toMatchObject({ state: 'proposed' });
    expect(proposal.preview?.after.precision).toBeGreaterThanOrEqual(Math.min(0.97, proposal.preview?.before.precision ?? 0));
    const guess = async (at: TestPlane, id: string): Promise<RequestView> => {
      await store(at, [
        sample({
          id,
          startedAt: new Date(START + 300 * 60_000).toISOString(),
          principal: { id: 'p_0', source: 'header:x-user', trust: 'authenticated' },
          prompt: { text: 'and what about the tax question 2' },
        }),
      ]);
      return (await get(at, `/v1/requests/${id}`)) as RequestView;
    };
    const before = await guess(plane, 'bare-1');
    const applied = await request(plane.app).post('/v1/calibrations').set(bearer()).send({ action: 'apply' });
    expect(applied.status, applied.text).toBe(201);
    expect(applied.body).toMatchObject({ version: 1, action: 'apply', active: true, stale: false });
    expect(applied.body).toMatchObject({ tuning: proposal.tuning, preview: proposal.preview });
    const after = await guess(plane, 'bare-2');
    expect(after.confidence).not.toBe(before.confidence);
    expect((await accuracyOf(plane)).calibration.version).toBe(1);
    await plane.close({ keepFolder: true });

    const again = await start({ folder: plane.folder });
    expect(await get(again, '/v1/calibrations')).toMatchObject({ items: [{ version: 1, active: true }], active: { version: 1 } });
    const reverted = await request(again.app).post('/v1/calibrations').set(bearer()).send({ action: 'revert' });
    expect(reverted.body).toMatchObject({ version: 2, action: 'revert', revertedTo: 0, tuning: null });
    expect((await get(again, '/v1/calibrations')) as object).toMatchObject({ active: null });
    const log = (await get(again, '/v1/audit?kind=calibration')) as { items: object[] };
    expect(log.items).toMatchObject([{ details: { version: 2, action: 'revert' } }, { details: { version: 1, action: 'apply' } }]);
    const back = await request(again.app).post('/v1/calibrations').set(bearer()).send({ action: 'revert', to: 1 });
    expect((back.body as Calibration).tuning).toEqual(proposal.tuning);
  });

  it('is asked for and applied from the command line', { timeout: 120_000 }, async () => {
    const plane = await start();
    const server = await listening(plane.app);
    const calibrate = (...args: readonly string[]) => clew(['calibrate', ...args, '--url', server.url, '--token', ADMIN_TOKEN]);
    try {
      const few = await calibrate();
      expect(few).toMatchObject({ code: 1 });
      expect(JSON.parse(few.out)).toMatchObject({ state: 'too_little' });
      expect(few.err).toContain('Too little evidence');
      await store(plane, traffic(160));
      const preview = await calibrate();
      expect(preview, preview.err).toMatchObject({ code: 0 });
      expect(JSON.parse(preview.out)).toMatchObject({ state: 'proposed' });
      expect(preview.err).toMatch(/precision\s+[\d.]+ →\s+[\d.]+/);
      const applied = await calibrate('--apply');
      expect(applied, applied.err).toMatchObject({ code: 0 });
      expect(JSON.parse(applied.out)).toMatchObject({ version: 1, active: true });
      expect(JSON.parse((await calibrate('--list')).out)).toMatchObject({ active: { version: 1 } });
      expect(JSON.parse((await calibrate('--revert', '--to', '0')).out)).toMatchObject({ version: 2, tuning: null });
      expect(await calibrate('--revert')).toMatchObject({ code: 1 });
      expect(await calibrate('--apply', '--revert')).toMatchObject({ code: 2 });
    } finally {
      await server.close();
    }
  });
});
