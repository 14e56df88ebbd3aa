import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTracestate, parseTracestate, type TraceStateMember } from '../../../../plugin/src/trace/tracestate.ts';
import { stateKey, stateValue } from './arbitraries.ts';

const OWN = { key: 'clew', value: 'b7ad6b7169203331' };
const members = (maxLength: number): fc.Arbitrary<TraceStateMember[]> =>
  fc.uniqueArray(fc.record({ key: stateKey, value: stateValue() }), { selector: (member) => member.key, maxLength });
const write = (list: readonly TraceStateMember[]): string => list.map(({ key, value }) => `${key}=${value}`).join(',');

describe('tracestate', () => {
  it('reads what the grammar allows, blanks and empty members included', () => {
    fc.assert(
      fc.property(members(32), fc.constantFrom(',', ' ,', ', ', '\t,\t', ',,'), (list, comma) => {
        expect(parseTracestate(list.map(({ key, value }) => `${key}=${value}`).join(comma))).toEqual(list);
      }),
    );
  });

  it.each([
    ['upper-case key', 'Foo=1'],
    ['key that begins with a dash', '-foo=1'],
    ['key of 257 characters', `${'a'.repeat(257)}=1`],
    ['value of 257 characters', `a=${'1'.repeat(257)}`],
    ['empty value', 'a='],
    ['no equals sign', 'a'],
    ['equals sign in the value', 'a=1=2'],
    ['control character', 'a=1\u0001'],
    ['beyond ASCII', 'a=é'],
    ['33 members', Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(',')],
  ])('is discarded whole for %s', (_name, header) => {
    expect(parseTracestate(`ok=1,${header}`)).toEqual([]);
  });

  it('keeps the newer of two equal keys', () => {
    expect(parseTracestate('a=new,b=1,a=old')).toEqual([
      { key: 'a', value: 'new' },
      { key: 'b', value: '1' },
    ]);
  });

  it('stands leftmost with our member, once, and within 32', () => {
    fc.assert(
      fc.property(members(32), fc.nat({ max: 32 }), (list, at) => {
        const withOld = [...list.slice(0, at), { key: 'clew', value: 'old' }, ...list.slice(at)];
        const read = parseTracestate(formatTracestate(withOld, OWN));
        expect(read[0]).toEqual(OWN);
        expect(read.filter((member) => member.key === 'clew')).toHaveLength(1);
        expect(read.length).toBeLessThanOrEqual(32);
      }),
    );
  });

  it('passes on 512 characters untouched, keeps order, never cuts a member', () => {
    fc.assert(
      fc.property(members(31), (list) => {
        const text = formatTracestate(list, OWN);
        const rest = parseTracestate(text).slice(1);
        const whole = write(list);
        if (whole.length <= 512) expect(rest).toEqual(list);
        expect(write(rest).length).toBeLessThanOrEqual(Math.max(512, 0));
        const places = rest.map((member) => list.findIndex((other) => other.key === member.key && other.value === member.value));
        expect(places).toEqual([...places].sort((a, b) => a - b));
        expect(places).not.toContain(-1);
      }),
    );
  });

  it('leaves out members over 128 characters first, then from the right', () => {
    const large = { key: 'large', value: 'x'.repeat(200) };
    const small = Array.from({ length: 20 }, (_, index) => ({ key: `k${String(index).padStart(2, '0')}`, value: 'y'.repeat(20) }));
    const kept = parseTracestate(formatTracestate([large, ...small], OWN)).slice(1);
    expect(kept.map((member) => member.key)).toEqual(small.slice(0, 20).map((member) => member.key));
    const more = [...small, ...small.map(({ key, value }) => ({ key: `m${key}`, value }))];
    const keptOfMore = parseTracestate(formatTracestate(more, OWN)).slice(1);
    expect(keptOfMore).toEqual(more.slice(0, keptOfMore.length));
    expect(keptOfMore.length).toBeGreaterThan(15);
  });
});
