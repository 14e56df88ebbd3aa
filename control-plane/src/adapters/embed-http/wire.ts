// The two ways in which services are asked for embeddings, and what they answer.

export type Dialect = 'openai' | 'cohere';

/** Where to send, from the address that was configured: a whole endpoint, a base with its version, or a bare host. */
export function endpointOf(dialect: Dialect, base: URL): URL {
  const url = new URL(base.href);
  const path = url.pathname.replace(/\/+$/, '');
  const [version, last] = dialect === 'openai' ? ['/v1', '/embeddings'] : ['/v2', '/embed'];
  if (path.endsWith(last)) return url;
  // Azure's deployments have no version in the path: .../openai/deployments/NAME, api-version in the query.
  const isBase = path !== '' && path !== '/api';
  url.pathname = isBase ? `${path}${last}` : `${path}${version}${last}`;
  return url;
}

/** Azure takes its keys in a header of its own. */
export function keyHeaders(url: URL, key: string | undefined): Readonly<Record<string, string>> {
  if (key === undefined) return {};
  return /\.azure\.(com|us|cn)$/.test(url.hostname) ? { 'api-key': key } : { authorization: `Bearer ${key}` };
}

export function bodyOf(dialect: Dialect, model: string, texts: readonly string[], dimensions: number | undefined): string {
  return JSON.stringify(
    dialect === 'openai'
      ? { model, input: texts, encoding_format: 'float', ...(dimensions === undefined ? {} : { dimensions }) }
      : {
          model,
          texts,
          // Texts are compared with their like, so all of them are asked for in the same way.
          input_type: 'clustering',
          embedding_types: ['float'],
          truncate: 'END',
          ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
        },
  );
}

/** Unit vectors in the order of the texts; undefined where the answer is not what was asked for. */
export function vectorsIn(dialect: Dialect, answer: unknown, count: number): Float32Array[] | undefined {
  const lists = dialect === 'openai' ? openAiLists(answer, count) : cohereLists(answer);
  if (lists?.length !== count) return undefined;
  const vectors = lists.map(unitVector);
  const size = vectors[0]?.length;
  return vectors.every((vector): vector is Float32Array => vector !== undefined && vector.length === size) ? vectors : undefined;
}

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/** Each entry names its place; some servers leave it out and keep the order. */
function openAiLists(answer: unknown, count: number): readonly unknown[] | undefined {
  const { data } = fieldsOf(answer);
  if (!Array.isArray(data) || data.length !== count) return undefined;
  const lists: unknown[] = new Array<unknown>(count);
  for (const [at, entry] of (data as unknown[]).entries()) {
    const { index, embedding } = fieldsOf(entry);
    const place = index ?? at;
    if (typeof place !== 'number' || !Number.isInteger(place) || place < 0 || place >= count || lists[place] !== undefined)
      return undefined;
    lists[place] = embedding;
  }
  return lists;
}

/** `embeddings` by type, or the plain list of older servers. */
function cohereLists(answer: unknown): readonly unknown[] | undefined {
  const { embeddings } = fieldsOf(answer);
  const lists = Array.isArray(embeddings) ? (embeddings as unknown[]) : fieldsOf(embeddings)['float'];
  return Array.isArray(lists) ? (lists as unknown[]) : undefined;
}

const MOST_DIMENSIONS = 16_384;

function unitVector(list: unknown): Float32Array | undefined {
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_DIMENSIONS) return undefined;
  if (!list.every((value) => typeof value === 'number' && Number.isFinite(value))) return undefined;
  const norm = Math.sqrt((list as number[]).reduce((sum, value) => sum + value * value, 0));
  return norm > 0 && Number.isFinite(norm) ? Float32Array.from(list as number[], (value) => value / norm) : undefined;
}
