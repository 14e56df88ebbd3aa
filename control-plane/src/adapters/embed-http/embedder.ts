// Embeddings of a service that speaks OpenAI's or Cohere's protocol. Texts are redacted before they come here.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Embedder } from '../../ingest/ports.ts';
import { ClewError } from '../../kernel/index.ts';
import { createPoster, type Answer, type PosterOptions } from './request.ts';
import { bodyOf, endpointOf, keyHeaders, vectorsIn, type Dialect } from './wire.ts';

export interface HttpEmbedderOptions {
  readonly dialect: Dialect;
  /** Endpoint, base with its version, or bare host. */
  readonly url: string;
  /** The service may lie in a private network or on this machine. */
  readonly allowsPrivate: boolean;
  readonly model: string;
  readonly key?: string | undefined;
  /** Asked of the service, and part of the model's id: the same model in other lengths is another space. */
  readonly dimensions?: number | undefined;
  /** Texts in one call. */
  readonly batch: number;
  /** For one call. */
  readonly timeoutMs: number;
  /** Calls until it is given up; the pipeline comes back later. */
  readonly attempts?: number | undefined;
  readonly firstPauseMs?: number | undefined;
  readonly resolve?: PosterOptions['resolve'];
}

export interface HttpEmbedder extends Embedder {
  close(): Promise<void>;
}

/** Characters of a text that are sent. Few models read on, and each one costs. */
const MOST_CHARACTERS = 6_000;
/** Shorter than this, a text that is refused is not refused for its length. */
const LEAST_CHARACTERS = 64;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
/** Cohere takes no more in one call. */
const MOST_TEXTS = { openai: 2_048, cohere: 96 } as const;
/** The service does not take this input: it is too long, or one text of it is. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 422]);

/** The id that stands on vectors: dialect, name and, where one was asked for, length. */
export const httpModelId = ({ dialect, model, dimensions }: Pick<HttpEmbedderOptions, 'dialect' | 'model' | 'dimensions'>): string =>
  `${dialect}/${model}${dimensions === undefined ? '' : `@${dimensions}`}`;

/** Connects to nothing yet. */
export function openHttpEmbedder(options: HttpEmbedderOptions): HttpEmbedder {
  const { dialect, model, dimensions, attempts = ATTEMPTS, firstPauseMs = FIRST_PAUSE_MS } = options;
  const url = endpointOf(dialect, new URL(options.url));
  const { allowsPrivate, timeoutMs, resolve } = options;
  const post = createPoster({ url, headers: keyHeaders(url, options.key), allowsPrivate, timeoutMs, resolve });
  const batch = Math.min(options.batch, MOST_TEXTS[dialect]);
  let length = dimensions ?? 0;

  async function patiently(body: string): Promise<Answer> {
    for (let attempt = 1, pause = firstPauseMs; ; attempt += 1, pause *= 2) {
      const answer = await post(body).catch((error: unknown) => {
        if (attempt >= attempts || !(error instanceof ClewError) || error.code !== 'unavailable') throw error;
        return undefined;
      });
      const isBusy = answer === undefined || answer.status === 408 || answer.status === 429 || answer.status >= 500;
      if (!isBusy) return answer;
      if (attempt >= attempts) throw away(`answered ${answer?.status ?? 'nothing'} ${attempts} times`);
      // A little apart from others that were turned away at the same moment.
      const wait = answer?.retryAfterMs ?? pause * (0.75 + Math.random() / 2);
      // Longer than it is worth waiting here: the pipeline puts the batch back and comes again.
      if (wait > LONGEST_PAUSE_MS) throw away(`asks to be left alone for ${Math.ceil(wait / 1_000)} s`);
      await sleep(wait);
    }
  }

  const away = (why: string): ClewError => new ClewError('unavailable', `the embedder at ${url.host} ${why}`);

  async function embedSome(texts: readonly string[]): Promise<Float32Array[]> {
    const answer = await patiently(bodyOf(dialect, model, texts, dimensions));
    if (REFUSED.has(answer.status)) return shorter(texts, answer.status);
    if (answer.status === 401 || answer.status === 403) throw away(`refuses the key (HTTP ${answer.status}); set CLEW_EMBEDDER_KEY`);
    if (answer.status === 404) throw away('knows no such address or model (HTTP 404); see CLEW_EMBEDDER_URL and CLEW_EMBEDDER_MODEL');
    if (answer.status !== 200) throw away(`answered HTTP ${answer.status}`);
    const vectors = vectorsIn(dialect, parsed(answer.body), texts.length);
    const size = vectors?.[0]?.length ?? 0;
    if (!vectors || size === 0) throw away('answered something else than one vector for each text');
    if (length !== 0 && size !== length) throw away(`answered vectors of ${size} numbers instead of ${length}: another model has its name`);
    length = size;
    return vectors;
  }

  /** Services differ in how long a text may be and few say so: a batch is halved, then the text that is too long. */
  async function shorter(texts: readonly string[], status: number): Promise<Float32Array[]> {
    const [only = ''] = texts;
    if (texts.length > 1) {
      const half = texts.length >> 1;
      return [...(await embedSome(texts.slice(0, half))), ...(await embedSome(texts.slice(half)))];
    }
    if (only.length < LEAST_CHARACTERS) throw away(`takes no request of ours (HTTP ${status}); see CLEW_EMBEDDER_MODEL and _DIMENSIONS`);
    return embedSome([cut(only, only.length >> 1)]);
  }

  return {
    modelId: httpModelId(options),
    get dimensions() {
      return length;
    },
    async embed(texts) {
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += batch)
        vectors.push(...(await embedSome(texts.slice(at, at + batch).map((text) => cut(text, MOST_CHARACTERS)))));
      return vectors;
    },
    close: () => {
      post.close();
      return Promise.resolve();
    },
  };
}

/** Never through a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, /[\ud800-\udbff]/.test(text[length - 1] ?? '') ? length - 1 : length);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
