// What the application says that it retrieved: the header x-clew-context, JSON or base64url of it,
//
//     {"selected": [{"id": "kb-12", "score": 0.83, "source": "handbook"}], "discarded": [{"id": "kb-7", "score": 0.41}]}
//
// in its own order. Ids may name people, so they leave as salted commitments; whoever knows an id can check it as long as
// the salt is there.
import { createHash } from 'node:crypto';
import type { Retrieval, RetrievedDocument } from '#contract';

export const RETRIEVAL_HEADER = 'x-clew-context';
const MAX_HEADER = 65_536;
const MAX_DOCUMENTS = 128;
const MAX_ID = 1024;

export interface RetrievalContext {
  /** Redacts; undefined where nothing is left. */
  readonly label: (text: string | undefined, max?: number) => string | undefined;
  /** Bytes that nobody can foresee; called with 16 for each document. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Undefined where the header is absent or is no such list. */
export function declaredRetrieval(header: string | undefined, context: RetrievalContext): Retrieval | undefined {
  if (header === undefined || header.length > MAX_HEADER) return undefined;
  let value: unknown;
  try {
    const text = header.trim();
    value = JSON.parse(text.startsWith('{') ? text : Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const documents = (list: unknown): RetrievedDocument[] | undefined =>
    Array.isArray(list) ? list.slice(0, MAX_DOCUMENTS).flatMap((one: unknown) => documentOf(one, context)) : undefined;
  const [selected, discarded] = [documents(value['selected']), documents(value['discarded'])];
  if (selected === undefined && discarded === undefined) return undefined;
  return { ...(selected === undefined ? {} : { selected }), ...(discarded === undefined ? {} : { discarded }) };
}

function documentOf(value: unknown, { label, randomBytes }: RetrievalContext): RetrievedDocument[] {
  if (!isObject(value)) return [];
  const { id, score, source, sha256 } = value;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID) return [];
  const salt = randomBytes(16);
  const bytes = Buffer.from(id.toWellFormed(), 'utf8');
  const named = typeof source === 'string' ? label(source, 128) : undefined;
  return [
    {
      digest: createHash('sha256').update(salt).update(bytes).digest('hex'),
      salted: true,
      salt: Buffer.from(salt).toString('base64url'),
      length: bytes.length,
      ...(named === undefined ? {} : { source: named }),
      ...(typeof score === 'number' && Number.isFinite(score) ? { score } : {}),
      ...(typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? { content: sha256 } : {}),
    },
  ];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
