// Settings of the embedding model: what is taken, what is refused with which words, and that no key is ever repeated.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, type Config, type ConfigFault } from '../../../control-plane/src/config.ts';

const read = (env: Readonly<Record<string, string>>): Config['embedder'] => readConfig(env, '/nowhere').embedder;
function faults(env: Readonly<Record<string, string>>): readonly ConfigFault[] {
  try {
    readConfig(env, '/nowhere');
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('the embedding model of the environment', () => {
  it('is the local one, and nothing hosted, where nothing is said', () => {
    expect(read({})).toEqual({ first: 'local', http: undefined });
    expect(read({ CLEW_EMBEDDER: 'static' }).first).toBe('static');
  });

  it('can be hosted, with the address of the provider or another one', () => {
    expect(read({ CLEW_EMBEDDER: 'openai', CLEW_EMBEDDER_MODEL: 'text-embedding-3-small', CLEW_EMBEDDER_KEY: 'sk-1' })).toMatchObject({
      first: 'openai',
      http: { dialect: 'openai', url: 'https://api.openai.com/v1', allowsPrivate: false, dimensions: undefined, batch: 64 },
    });
    const env = { CLEW_EMBEDDER_URL: 'http://10.0.0.5:8000/v1 private', CLEW_EMBEDDER_MODEL: 'bge', CLEW_EMBEDDER_PROTOCOL: 'cohere' };
    expect(read({ ...env, CLEW_EMBEDDER_DIMENSIONS: '256' })).toMatchObject({
      first: 'local',
      http: { dialect: 'cohere', url: 'http://10.0.0.5:8000/v1', allowsPrivate: true, dimensions: 256 },
    });
  });

  it('takes the key from a file, and says so where it cannot', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'clew-key-'));
    try {
      const file = path.join(folder, 'key');
      writeFileSync(file, 'sk-from-a-file\n');
      const env = { CLEW_EMBEDDER: 'cohere', CLEW_EMBEDDER_MODEL: 'embed-v4', CLEW_EMBEDDER_KEY_FILE: file };
      expect(read(env).http?.key).toBe('sk-from-a-file');
      expect(faults({ ...env, CLEW_EMBEDDER_KEY_FILE: path.join(folder, 'none') }).map(({ key }) => key)).toEqual([
        'CLEW_EMBEDDER_KEY_FILE',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['CLEW_EMBEDDER', { CLEW_EMBEDDER: 'word2vec' }],
    ['CLEW_EMBEDDER_MODEL', { CLEW_EMBEDDER: 'openai' }],
    ['CLEW_EMBEDDER_URL', { CLEW_EMBEDDER_URL: 'http://embed.example.org/v1', CLEW_EMBEDDER_MODEL: 'm' }],
    ['CLEW_EMBEDDER_URL', { CLEW_EMBEDDER_URL: 'https://user:secret-in-url@embed.example.org', CLEW_EMBEDDER_MODEL: 'm' }],
    ['CLEW_EMBEDDER_URL', { CLEW_EMBEDDER_URL: 'https://embed.example.org public', CLEW_EMBEDDER_MODEL: 'm' }],
    ['CLEW_EMBEDDER_PROTOCOL', { CLEW_EMBEDDER: 'openai', CLEW_EMBEDDER_MODEL: 'm', CLEW_EMBEDDER_PROTOCOL: 'cohere' }],
    ['CLEW_EMBEDDER_KEY', { CLEW_EMBEDDER_KEY: 'secret with spaces' }],
    ['CLEW_EMBEDDER_BATCH', { CLEW_EMBEDDER_BATCH: '0' }],
    ['CLEW_EMBEDDER_TIMEOUT_MS', { CLEW_EMBEDDER_TIMEOUT_MS: '10' }],
  ] as const)('refuses a wrong %s without repeating it', (key, env) => {
    const found = faults(env);
    expect(found.map((fault) => fault.key)).toEqual([key]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});
