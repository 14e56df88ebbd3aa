import { describe, expect, it } from 'vitest';
import { DEFAULTS, readConfig } from '../../../plugin/src/config.ts';
import { DROP_REASONS, Drops } from '../../../plugin/src/drops.ts';
import { createLog } from '../../../plugin/src/log.ts';
import { KONG_SCHEMA } from '../../../plugin/src/schema.ts';

const good = { token: 't', hash_key: 'sixteen characters' };

describe('settings', () => {
  it('have a default for all but the two secrets, the same in the schema that Kong fills in', () => {
    const { config, faults } = readConfig(good);
    expect(faults).toEqual([]);
    expect(config).toMatchObject({ ...DEFAULTS, token: 't', hashKey: 'sixteen characters', spoolDir: undefined });
    const filled = Object.fromEntries(KONG_SCHEMA.flatMap((field) => Object.entries(field).map(([name, spec]) => [name, spec['default']])));
    expect(readConfig({ ...filled, ...good })).toEqual({ config, faults: [] });
  });

  it('may hold what Kong adds and how it writes empty and absent values', () => {
    const { config, faults } = readConfig({ ...good, spool_dir: null, propagation: {}, __plugin_id: 'x', route_id: 'y' });
    expect(faults).toEqual([]);
    expect(config).toMatchObject({ spoolDir: undefined, propagation: [] });
  });

  it('are judged all at once and fall back, without saying the value', () => {
    const { config, faults } = readConfig({
      ...good,
      tenant: 'Not A Slug',
      batch_size: 0,
      mode: 'everything',
      log_level: 7,
      redact_always: 'x',
    });
    expect(faults.map(({ key }) => key).sort()).toEqual(['batch_size', 'log_level', 'mode', 'redact_always', 'tenant']);
    expect(config).toMatchObject({ tenant: DEFAULTS.tenant, batchSize: DEFAULTS.batchSize, mode: 'full' });
    expect(JSON.stringify(faults)).not.toMatch(/Not A Slug|everything/);
  });

  it.each([
    [{ hash_key: good.hash_key }, 'token'],
    [{ token: 't', hash_key: 'short' }, 'hash_key'],
    [{ ...good, control_plane_url: 'file:///etc/passwd' }, 'control_plane_url'],
  ])('turn the instance off where nothing could work: %j', (raw, key) => {
    const { config, faults } = readConfig(raw);
    expect(config.mode).toBe('off');
    expect(faults.map((fault) => fault.key)).toContain(key);
  });

  it('hold secrets that Kong keeps encrypted and takes from a vault', () => {
    const specOf = (name: string) => KONG_SCHEMA.find((field) => name in field)![name];
    for (const name of ['token', 'client_key', 'hash_key']) {
      expect(specOf(name)).toMatchObject({ referenceable: true, encrypted: true });
    }
    // A certificate may stand in the token's place; nothing stands in that of the key of pseudonyms.
    expect(specOf('hash_key')).toMatchObject({ required: true });
  });
});

describe('drops', () => {
  it('are counted by reason and told once', () => {
    const drops = new Drops();
    expect(drops.news()).toBeUndefined();
    drops.count('queue_full');
    drops.count('budget', 3);
    expect(drops.news()).toBe('budget=3 queue_full=1');
    expect(drops.news()).toBeUndefined();
    for (const reason of Object.keys(drops.all())) expect(DROP_REASONS).toHaveProperty(reason);
  });
});

describe('the log', () => {
  it('says what its level lets through', () => {
    const lines: string[] = [];
    const log = createLog('warn', (line) => lines.push(line));
    log.info('a');
    log.warn('b');
    log.error('c');
    expect(lines).toEqual(['[clew] warn b\n', '[clew] error c\n']);
  });
});
