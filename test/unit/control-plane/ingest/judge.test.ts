import { describe, expect, it } from 'vitest';
import { judge } from '../../../../control-plane/src/ingest/judge.ts';
import { sample } from '../../../support/control-plane.ts';

const scope = { tenant: 'acme', environment: 'live' };
const judged = (fields: object) => judge(sample({ ...fields }), scope, Date.now());

describe('a sample of a newer gateway', () => {
  it('that names a protocol which is not known is one of an unknown protocol, whole', () => {
    const taken = judged({ dialect: 'mistral.conversations', prompt: { text: 'How do I repot a fern?' } });
    expect(taken).toMatchObject({ ok: true, unknownFields: 1, sample: { dialect: 'unknown', prompt: { text: 'How do I repot a fern?' } } });
    expect(judged({ dialect: 'openai.chat' })).toMatchObject({ ok: true, unknownFields: 0, sample: { dialect: 'openai.chat' } });
  });

  it('is refused where that is no name, or something else is wrong too', () => {
    for (const dialect of [7, '', 'cobol', 'a b.c', `x.${'y'.repeat(200)}`])
      expect(judged({ dialect })).toMatchObject({ ok: false, code: 'invalid_sample' });
    expect(judged({ dialect: 'mistral.conversations', version: 2 })).toMatchObject({ ok: false, code: 'invalid_sample' });
  });
});
