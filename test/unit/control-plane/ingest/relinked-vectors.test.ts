import { describe, expect, it } from 'vitest';
import { createRelinkedVectors, type VectorMove } from '../../../../control-plane/src/ingest/index.ts';
import type { DomainEvent, Scope } from '../../../../control-plane/src/kernel/index.ts';
import type { RequestView } from '../../../../control-plane/src/threads/index.ts';

const HERE: Scope = { tenant: 'acme', environment: 'live' };
const THERE: Scope = { tenant: 'globex', environment: 'live' };
const moved = (scope: Scope, into: string, requestIds: readonly string[]): DomainEvent => ({
  type: 'ThreadRelinked',
  scope,
  threadId: 't1',
  into,
  requestIds,
});

describe('vectors outside the store', () => {
  it('get the thread in which the store has the request now, whatever the event said, and however often it comes', async () => {
    const now = new Map([
      ['acme/a', 't3'],
      ['acme/b', 't2'],
      ['globex/a', 't9'],
    ]);
    const told: [string, readonly VectorMove[]][] = [];
    const handler = createRelinkedVectors(
      { reassign: ({ tenant }, moves) => Promise.resolve(void told.push([tenant, moves])) },
      {
        request: ({ tenant }, id) => {
          const thread = now.get(`${tenant}/${id}`);
          return Promise.resolve(thread === undefined ? undefined : ({ id, thread } as RequestView));
        },
      },
    );
    const events = [moved(HERE, 't2', ['a', 'b', 'gone']), moved(HERE, 't3', ['a']), moved(THERE, 't2', ['a'])];
    for (let round = 0; round < 2; round++) await handler.handle(events);
    const once = [
      [
        'acme',
        [
          { id: 'a', threadId: 't3' },
          { id: 'b', threadId: 't2' },
        ],
      ],
      ['globex', [{ id: 'a', threadId: 't9' }]],
    ];
    expect(told).toEqual([...once, ...once]);
    told.length = 0;
    await handler.handle([{ type: 'TurnStored', scope: HERE, requestId: 'a', threadId: 't3' }, moved(HERE, 't2', ['gone'])]);
    expect(told).toEqual([]);
  });

  it('say when the store of vectors is away, so that the event comes again', async () => {
    const handler = createRelinkedVectors(
      { reassign: () => Promise.reject(new Error('away')) },
      { request: (_scope, id) => Promise.resolve({ id, thread: 't2' } as RequestView) },
    );
    await expect(handler.handle([moved(HERE, 't2', ['a'])])).rejects.toThrow('away');
  });
});
