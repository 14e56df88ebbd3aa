import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../../../plugin/src/dialects/sse.ts';
import { cpuTimer } from '../../../support/cpu-time.ts';

const read = (body: string): [string, string, boolean][] => [...readEvents(body)].map(({ type, data, cut }) => [type, data, cut]);

describe('server-sent events', () => {
  it.each([
    ['a plain event', 'data: x\n\n', [['message', 'x', false]]],
    ['a byte order mark', '\uFEFFdata: x\n\n', [['message', 'x', false]]],
    ['a second byte order mark as part of a name', '\uFEFF\uFEFFdata: x\n\n', []],
    ['CRLF', 'event: a\r\ndata: x\r\n\r\n', [['a', 'x', false]]],
    ['CR', 'event: a\rdata: x\r\r', [['a', 'x', false]]],
    ['mixed line ends', 'data: 1\r\ndata: 2\rdata: 3\n\r\n', [['message', '1\n2\n3', false]]],
    [
      'LF CR as two line ends',
      'data: 1\n\rdata: 2\n\n',
      [
        ['message', '1', false],
        ['message', '2', false],
      ],
    ],
    ['several data lines', 'data: a\ndata:\ndata: b\n\n', [['message', 'a\n\nb', false]]],
    [
      'one leading space only',
      'data:  x\n\ndata:y\n\n',
      [
        ['message', ' x', false],
        ['message', 'y', false],
      ],
    ],
    ['comments', ': ping\n\n:\ndata: x\n: y\n\n', [['message', 'x', false]]],
    [
      'a field without colon',
      'data\n\ndata\ndata\n\n',
      [
        ['message', '', false],
        ['message', '\n', false],
      ],
    ],
    ['an event without data, whose name is forgotten', 'event: a\n\ndata: x\n\n', [['message', 'x', false]]],
    ['unknown fields, id and retry', 'id: 1\nretry: 9\nfoo: bar\ndata: x\n\n', [['message', 'x', false]]],
    ['the last event name of several', 'event: a\nevent: b\ndata: x\n\n', [['b', 'x', false]]],
    ['names in their own case only', 'Data: x\nDATA: y\n\n', []],
    [
      'a cut tail',
      'data: 1\n\ndata: 2',
      [
        ['message', '1', false],
        ['message', '2', true],
      ],
    ],
    ['a cut tail after its line end', 'data: 2\n', [['message', '2', true]]],
    ['nothing', '', []],
  ])('reads %s', (_, body, expected) => {
    expect(read(body)).toEqual(expected);
  });

  it('reads what was written, whatever the line ends', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !/[\r\n]/.test(value));
    const events = fc.array(fc.record({ type: fc.constantFrom('', 'a', 'delta'), data: fc.array(line, { minLength: 1, maxLength: 3 }) }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(events, fc.constantFrom('\n', '\r', '\r\n'), (sent, end) => {
        const body = sent
          .map(({ type, data }) => (type === '' ? '' : `event: ${type}${end}`) + data.map((one) => `data: ${one}${end}`).join('') + end)
          .join('');
        expect(read(body)).toEqual(sent.map(({ type, data }) => [type === '' ? 'message' : type, data.join('\n'), false]));
      }),
    );
  });

  it('stays linear on bodies made to be slow', () => {
    const bodies = [
      '\r'.repeat(2_000_000),
      '\n'.repeat(1_000_000) + '\r'.repeat(1_000_000),
      'data: x\n'.repeat(250_000),
      ':'.repeat(2_000_000),
    ];
    for (const body of bodies) {
      const cpuMs = cpuTimer();
      const events = read(body);
      expect(events.length).toBeLessThanOrEqual(1);
      expect(cpuMs()).toBeLessThan(5000);
    }
  });
});
