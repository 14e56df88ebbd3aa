import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../control-plane/src/config.ts';

function faultsOf(env: Readonly<Record<string, string>>): readonly { readonly key: string; readonly expected: string }[] {
  try {
    readConfig(env, '/somewhere');
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).faults;
  }
}

describe('readConfig', () => {
  it('has a default for everything, listens on loopback and is frozen', () => {
    const config = readConfig({}, '/somewhere');
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      dataFolder: '/somewhere/data',
      adminToken: undefined,
      otlp: { destinations: [] },
    });
    expect(config.policyFile).toMatch(/policies\/default\.yaml$/);
    expect(Object.isFrozen(config)).toBe(true);
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  });

  it('reports all faults at once, and repeats no value', () => {
    const env = {
      CLEW_PORT: '70000',
      CLEW_LOG_LEVEL: 'loud-canary',
      WEAVIATE_URL: 'ftp://canary',
      CLEW_ADMIN_TOKEN: 'a b-canary',
      CLEW_TENANT: 'Über',
    };
    const faults = faultsOf(env);
    expect(faults.map(({ key }) => key).sort()).toEqual(Object.keys(env).sort());
    expect(JSON.stringify(faults)).not.toContain('canary');
    expect(faults.every((fault) => fault.expected !== '' && 'consequence' in fault)).toBe(true);
  });

  it('takes an address for traces that names the trace, and no other', () => {
    const template = 'http://jaeger:16686/trace/{traceId}';
    expect(readConfig({ CLEW_TRACE_URL: template }, '/x').traceUrl).toBe(template);
    expect(faultsOf({ CLEW_TRACE_URL: 'http://jaeger:16686/trace/' })).toMatchObject([{ key: 'CLEW_TRACE_URL' }]);
  });

  it.each(['DATABASE_URL', 'KAFKA_BROKERS'])('says that %s is not supported instead of ignoring it', (key) => {
    expect(faultsOf({ [key]: 'x' })).toMatchObject([{ key, expected: 'to be unset' }]);
  });

  it('finds misspelt keys and leaves those of others alone', () => {
    expect(faultsOf({ CLEW_PROT: '1' })).toMatchObject([{ key: 'CLEW_PROT', expected: 'to be spelled CLEW_PORT' }]);
    expect(faultsOf({ CLEW_GATEWAY_PORT: '1', CLEW_UPSTREAM: 'x', CLEW_SOMETHING_ELSE: 'y', HOME: '/' })).toEqual([]);
  });

  it('takes blank values for absent ones', () => {
    expect(readConfig({ CLEW_PORT: ' ', DATABASE_URL: '' }, '/x').port).toBe(8787);
  });

  it('reads the OTLP endpoint and its headers', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/', OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b, x=1' };
    expect(readConfig(env, '/x').otlp.destinations).toMatchObject([
      { view: { name: 'default' }, target: { url: 'http://collector:4318/v1/traces', headers: { 'api-key': 'a b', x: '1' } } },
    ]);
    expect(faultsOf({ ...env, OTEL_EXPORTER_OTLP_HEADERS: '=,%' })).toMatchObject([{ key: 'OTEL_EXPORTER_OTLP_HEADERS' }]);
  });
});
