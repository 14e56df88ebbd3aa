import { describe, expect, it } from 'vitest';
import { createCommonSessions } from '../../../../control-plane/src/ingest/common-sessions.ts';
import type { TurnInput } from '../../../../control-plane/src/threads/index.ts';

const HERE = { tenant: 'acme', environment: 'live' };
const THERE = { tenant: 'globex', environment: 'live' };
const turn = (id: string, more: object = {}): TurnInput => ({
  id: 'r',
  at: 0,
  inferable: true,
  text: '',
  session: { id, source: 'header:x-session-id', ...more },
});

describe('session ids that several people carry', () => {
  it('are common from the third person on, for all of them, in their scope and source alone', async () => {
    const sessions = createCommonSessions(undefined);
    const isCommon = async (principal: string | null, one = turn('default'), scope = HERE): Promise<boolean> =>
      (await sessions.judge(scope, principal, one)).isCommonSession === true;
    expect(await isCommon('ann')).toBe(false);
    expect(await isCommon('ann')).toBe(false);
    expect(await isCommon('ben')).toBe(false);
    expect(await isCommon(null)).toBe(false);
    expect(await isCommon('cem')).toBe(true);
    expect(await isCommon('ann')).toBe(true);
    expect(await isCommon('ann', turn('own'))).toBe(false);
    expect(await isCommon('dan', turn('default'), THERE)).toBe(false);
    expect(await isCommon('dan', { ...turn('default'), session: { id: 'default', source: 'cookie:sid' } })).toBe(false);
    // What the policy lists as shared is meant to be.
    expect(await isCommon('dan', turn('default', { shared: true }))).toBe(false);
    expect((await sessions.judge(HERE, 'ann', { ...turn('x'), session: undefined })).isCommonSession).toBeUndefined();
  });

  it('are remembered by the store, which is asked once', async () => {
    const asked: string[] = [];
    const sessions = createCommonSessions({
      carriers: (_scope, { source, id }, limit) => {
        asked.push(`${source} ${id} ${limit}`);
        return Promise.resolve(['ann', 'ben']);
      },
    });
    expect((await sessions.judge(HERE, 'ben', turn('default'))).isCommonSession).toBeUndefined();
    expect((await sessions.judge(HERE, 'cem', turn('default'))).isCommonSession).toBe(true);
    expect(asked).toEqual(['header:x-session-id default 3']);
  });
});
