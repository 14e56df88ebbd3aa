// clew identity record REQUEST.json RESPONSE.json; clew identity diff A B.
import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { composition, historyDigests, readAnswer, readRequest, type RawCall } from '#dialects';
import { diffRecords, recordOf, type CompositionRecord } from '../identity/index.ts';
import { resolvePath, UsageError } from './io.ts';

export const help = `clew identity record REQUEST.json RESPONSE.json [--path /v1/chat/completions]
  The composition record of one call and its digest.
clew identity diff A B
  Where two records differ (files as \`record\` prints them); exit 1 where they do.`;

export async function run(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args;
  if (action === 'record') return record(rest);
  if (action === 'diff') return diff(rest);
  throw new UsageError(help);
}

async function record(args: readonly string[]): Promise<number> {
  const at = args.indexOf('--path');
  const given = at >= 0 ? args[at + 1] : undefined;
  const [requestFile, responseFile] = args.filter((_, index) => at < 0 || (index !== at && index !== at + 1));
  if (requestFile === undefined || responseFile === undefined) throw new UsageError(help);
  const requestBody = await text(requestFile);
  const call: RawCall = {
    method: 'POST',
    path: given ?? pathOf(requestBody, requestFile),
    requestHeaders: {},
    requestBody,
    requestTruncated: false,
    status: 200,
    responseHeaders: {},
    responseBody: await text(responseFile),
    responseTruncated: false,
  };
  const reading = readRequest(call);
  if (!reading.ok) throw new UsageError(`${requestFile} is no request that Clew reads (${reading.reason}). Is --path right?`);
  const answer = readAnswer(call, reading.request);
  const { dialect, parameters, messages, startsWithSummary } = reading.request;
  const run = recordOf({
    dialect,
    parameters,
    model: answer.model,
    composition: composition(reading.request, answer, { randomBytes }),
    // The key is that of this one call: digests of a record made by hand compare with nothing but themselves.
    history: historyDigests(messages, randomBytes(32), { answer: answer.message, summary: startsWithSummary }),
  });
  process.stdout.write(`${JSON.stringify(run)}\n`);
  return 0;
}

/** Which provider's shape a request has, where the caller does not say. */
function pathOf(body: string, file: string): string {
  const value = json(body, file);
  if ('input' in value)
    return 'instructions' in value || Array.isArray(value['input']) || 'previous_response_id' in value || 'text' in value
      ? '/v1/responses'
      : '/v1/embeddings';
  if ('prompt' in value) return '/v1/completions';
  return 'max_tokens' in value && ('system' in value || String(value['model']).startsWith('claude'))
    ? '/v1/messages'
    : '/v1/chat/completions';
}

async function diff(args: readonly string[]): Promise<number> {
  const [a, b] = args;
  if (a === undefined || b === undefined) throw new UsageError(help);
  const differences = diffRecords(await recordIn(a), await recordIn(b));
  process.stdout.write(`${JSON.stringify({ equal: differences.length === 0, differences })}\n`);
  return differences.length > 0 ? 1 : 0;
}

async function recordIn(file: string): Promise<CompositionRecord> {
  const value = json(await text(file), file);
  const found = 'record' in value ? value['record'] : value;
  if (typeof found !== 'object' || found === null || !('composition' in found)) throw new UsageError(`${file} holds no composition record`);
  return found as CompositionRecord;
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(resolvePath(file), 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}). Check the path.`);
  }
}

function json(body: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below: the parser's own message would quote the text.
  }
  throw new UsageError(`${file} is not a JSON object`);
}
