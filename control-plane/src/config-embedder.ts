// Settings of the embedding model.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Reader } from './config-reader.ts';

export interface HttpEmbedderSettings {
  readonly dialect: 'openai' | 'cohere';
  readonly url: string;
  readonly allowsPrivate: boolean;
  readonly model: string;
  readonly key: string | undefined;
  readonly dimensions: number | undefined;
  readonly batch: number;
  readonly timeoutMs: number;
}

export interface EmbedderSettings {
  /** Of a store that has no vectors yet; any other names its model itself. */
  readonly first: 'local' | 'static' | 'openai' | 'cohere';
  /** Where hosted embeddings come from; undefined: from nowhere. */
  readonly http: HttpEmbedderSettings | undefined;
}

export const EMBEDDER_KEYS = [
  'CLEW_EMBEDDER',
  'CLEW_EMBEDDER_URL',
  'CLEW_EMBEDDER_PROTOCOL',
  'CLEW_EMBEDDER_MODEL',
  'CLEW_EMBEDDER_KEY',
  'CLEW_EMBEDDER_KEY_FILE',
  'CLEW_EMBEDDER_DIMENSIONS',
  'CLEW_EMBEDDER_BATCH',
  'CLEW_EMBEDDER_TIMEOUT_MS',
] as const;

const HOSTED = { openai: 'https://api.openai.com/v1', cohere: 'https://api.cohere.com' } as const;

export function readEmbedderSettings(reader: Reader, workingFolder: string): EmbedderSettings {
  const first = reader.choice('CLEW_EMBEDDER', 'local', ['local', 'static', 'openai', 'cohere'], 'nothing could be embedded');
  const batch = reader.integer('CLEW_EMBEDDER_BATCH', 64, 1, 2_048, 'calls would be too large or too many');
  const timeoutMs = reader.integer('CLEW_EMBEDDER_TIMEOUT_MS', 30_000, 100, 600_000, 'a call could hang for ever');
  const dimensions = reader.integer('CLEW_EMBEDDER_DIMENSIONS', 0, 0, 16_384, 'vectors would have another length');
  const isHosted = first === 'openai' || first === 'cohere';
  const dialect = reader.choice(
    'CLEW_EMBEDDER_PROTOCOL',
    isHosted ? first : 'openai',
    ['openai', 'cohere'],
    'the service would not understand',
  );
  if (isHosted && dialect !== first)
    reader.fault('CLEW_EMBEDDER_PROTOCOL', `${first}, as CLEW_EMBEDDER says`, 'the service would not understand');
  const address = reader.raw('CLEW_EMBEDDER_URL');
  const target = addressOf(address ?? HOSTED[dialect]);
  if (!target) {
    const expected = 'an https:// URL, or an http:// or https:// URL followed by " private" for a service in your own network';
    reader.fault('CLEW_EMBEDDER_URL', expected, 'texts would go nowhere, or unencrypted through the internet');
  }
  const model = reader.text(
    'CLEW_EMBEDDER_MODEL',
    undefined,
    /^[\x21-\x7e]{1,200}$/,
    'the name of a model',
    'the service embeds nothing without one',
  );
  const key = readKey(reader, workingFolder);
  if (isHosted && model === undefined)
    reader.fault('CLEW_EMBEDDER_MODEL', 'the name of a model at the service', 'the service embeds nothing without one');
  const isConfigured = model !== undefined && (isHosted || address !== undefined);
  return Object.freeze({
    first,
    http:
      isConfigured && target
        ? Object.freeze({ dialect, ...target, model, key, dimensions: dimensions === 0 ? undefined : dimensions, batch, timeoutMs })
        : undefined,
  });
}

/** `URL` or `URL private`. Without the mark texts travel encrypted and to public addresses only. */
function addressOf(text: string): { readonly url: string; readonly allowsPrivate: boolean } | undefined {
  const [url = '', mark, ...rest] = text.split(/\s+/);
  if (rest.length > 0 || (mark !== undefined && mark !== 'private') || !URL.canParse(url)) return undefined;
  const { protocol, username, password } = new URL(url);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && mark === 'private');
  return isSafe && username === '' && password === '' ? { url, allowsPrivate: mark === 'private' } : undefined;
}

function readKey(reader: Reader, workingFolder: string): string | undefined {
  const file = reader.raw('CLEW_EMBEDDER_KEY_FILE');
  const key = reader.raw('CLEW_EMBEDDER_KEY') ?? (file === undefined ? undefined : contentOf(path.resolve(workingFolder, file)));
  if (file !== undefined && (key === undefined || key === ''))
    reader.fault('CLEW_EMBEDDER_KEY_FILE', 'a file that can be read and holds a key', 'the service would refuse every call');
  if (key !== undefined && !/^[\x21-\x7e]{0,4096}$/.test(key))
    reader.fault('CLEW_EMBEDDER_KEY', 'printable characters without spaces', 'the service would refuse every call');
  return key;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
