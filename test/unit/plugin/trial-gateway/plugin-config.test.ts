import { describe, expect, it } from 'vitest';
import { fillPluginConfig, PluginConfigError, type FieldList } from '../../../../plugin/trial-gateway/plugin-config.ts';

const fields: FieldList = [
  { url: { type: 'string', default: 'http://here', match: '^https?://' } },
  { key: { type: 'string', required: true, len_min: 4, len_max: 8 } },
  { mode: { type: 'string', default: 'full', one_of: ['full', 'off'] } },
  { count: { type: 'integer', default: 3, between: [1, 5] } },
  { names: { type: 'array', default: [], elements: { type: 'string', one_of: ['a', 'b'] } } },
  { map: { type: 'map', keys: { type: 'string' }, values: { type: 'number' } } as never },
  { inner: { type: 'record', fields: [{ deep: { type: 'boolean', default: true } }] } },
];

const faultsOf = (given: Record<string, unknown>): readonly string[] => {
  try {
    fillPluginConfig(fields, given);
    return [];
  } catch (error) {
    return error instanceof PluginConfigError ? error.faults : [String(error)];
  }
};

describe('fillPluginConfig', () => {
  it('fills in defaults, in records too', () => {
    expect(fillPluginConfig(fields, { key: 'abcd' })).toEqual({
      url: 'http://here',
      key: 'abcd',
      mode: 'full',
      count: 3,
      names: [],
      inner: { deep: true },
    });
  });

  it('keeps what is given', () => {
    const given = { url: 'https://x', key: 'abcde', mode: 'off', count: 5, names: ['b'], map: { x: 1 }, inner: { deep: false } };
    expect(fillPluginConfig(fields, given)).toEqual(given);
  });

  it.each([
    [{}, 'config.key: required field missing'],
    [{ key: 'abc' }, 'config.key: expected at least 4 characters'],
    [{ key: 'abcdefghi' }, 'config.key: expected at most 8 characters'],
    [{ key: 'abcd', url: 'ftp://x' }, 'config.url: expected text like ^https?://'],
    [{ key: 'abcd', mode: 'half' }, 'config.mode: expected one of full, off'],
    [{ key: 'abcd', count: 6 }, 'config.count: expected a number from 1 to 5'],
    [{ key: 'abcd', count: 1.5 }, 'config.count: expected a integer'],
    [{ key: 'abcd', names: ['c'] }, 'config.names[0]: expected one of a, b'],
    [{ key: 'abcd', map: { x: 'y' } }, 'config.map.x: expected a number'],
    [{ key: 'abcd', inner: { other: 1 } }, 'config.inner.other: unknown field'],
    [{ key: 'abcd', nothing: 1 }, 'config.nothing: unknown field'],
  ])('refuses %o', (given, fault) => {
    expect(faultsOf(given)).toEqual([fault]);
  });

  it('names all faults at once and no value', () => {
    const faults = faultsOf({ key: 'sk-secret-value', mode: 'sk-other', extra: 1 });
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain('sk-');
  });
});
