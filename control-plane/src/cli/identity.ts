// clew identity record | diff | verify | prompt | model | composition | change | changes.
import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { compileManifests, declareTemplates, judgeAgainst, judgedRunOf, type CompositionPart, type ManifestSet } from '#contract';
import { commitTo, composition, historyDigests, readAnswer, readRequest, type RawCall } from '#dialects';
import { diffRecords, manifestFaultLine, readManifest, recordOf, type CompositionRecord } from '../identity/index.ts';
import { ask, bundle, changes, fetchRun, isRunId, log, QUESTION_WORDS } from './identity-server.ts';
import { verify } from './identity-verify.ts';
import { resolvePath, UsageError } from './io.ts';

export const help = `clew identity record REQUEST.json RESPONSE.json [--path /v1/chat/completions] [--manifest FILE]
  The composition record of one call and its digest; with a manifest also the verdict, exit 1 where it drifted.
clew identity diff A B [--url URL] [--token TOKEN]
  Where two runs differ (files as \`record\` prints them, or run ids of the control plane); exit 1 where they do.
clew identity verify BUNDLE --vkey V --gateway-key PEM [--witness V …]
  Offline. Exit 0 only if signature, inclusion and checkpoint hold; keys as text or as files that hold them.
clew identity prompt | model | composition | change [RUN] [--from T] [--to T] [--answer yes|no|unknown] [--url URL] [--token TOKEN]
  Was the system prompt the approved one? Was the executing model the authorised one? Did all match what was declared?
  Does it differ from the run before it? Of one run, or of every run of a window as JSON lines. Exit 1 where one is not
  approved (or differs).
clew identity bundle RUN [--url URL] [--token TOKEN]
  All that an outsider needs to check the run with verify.
clew identity log [--url URL] [--token TOKEN]
  How the log fares: size, newest checkpoint, witnesses, its key, and how many runs are not there; exit 1 where some are
  missing without an explanation, or a witness saw another log than this.
clew identity changes --at TIME | --alert ID [--minutes 60] [--model MODEL] [--url URL] [--token TOKEN]
  What changed in the composition of runs at a moment, or when an alert began; exit 1 where something did.`;

export async function run(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args;
  if (action === 'record') return record(rest);
  if (action === 'diff') return diff(rest);
  if (action === 'verify') return verify(rest, help);
  if (action === 'changes') return changes(rest, help);
  if (action === 'bundle') return bundle(rest, help);
  if (action === 'log') return log(rest);
  if (action !== undefined && QUESTION_WORDS.includes(action)) return ask(action, rest, help);
  throw new UsageError(help);
}

async function record(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { path: { type: 'string' }, manifest: { type: 'string' } },
  });
  const [requestFile, responseFile] = positionals;
  if (requestFile === undefined || responseFile === undefined) throw new UsageError(help);
  const requestBody = await text(requestFile);
  const call: RawCall = {
    method: 'POST',
    path: values.path ?? pathOf(requestBody, requestFile),
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
  const { dialect, parameters, messages, startsWithSummary, instructions } = reading.request;
  const manifests = values.manifest === undefined ? undefined : await manifestIn(values.manifest);
  const parts = composition(reading.request, answer, { randomBytes });
  // The manifest that is named judges, wherever the call would have come in.
  const texts = instructions.map((message) => message.text);
  const composed = manifests ? declareTemplates(parts, texts, everywhere(manifests), {}, (one) => commitTo(one, randomBytes)) : parts;
  const source = {
    dialect,
    parameters,
    model: { ...answer.model, ...(reading.request.modelRequested === undefined ? {} : { requested: reading.request.modelRequested }) },
    composition: composed,
    // The key is that of this one call: digests of a record made by hand compare with nothing but themselves.
    history: historyDigests(messages, randomBytes(32), { answer: answer.sentBack, summary: startsWithSummary }),
  };
  const [compiled] = manifests?.manifests ?? [];
  const judgement = compiled && judgeAgainst(compiled, judgedRunOf(source));
  process.stdout.write(`${JSON.stringify({ ...recordOf(source), ...judgement, digests: digestsOf(composed) })}\n`);
  return judgement?.verdict === 'drifted' ? 1 : 0;
}

async function manifestIn(file: string): Promise<ManifestSet> {
  const reading = readManifest(await text(file), file);
  if (!reading.ok) throw new UsageError(reading.faults.map(manifestFaultLine).join('\n'));
  return compileManifests([reading.manifest]);
}

const everywhere = (set: ManifestSet): ManifestSet => ({
  ...set,
  manifests: set.manifests.map((compiled) => {
    const manifest = { ...compiled.manifest };
    delete manifest.match;
    return { ...compiled, manifest };
  }),
});

/** The digests of the parts, by name: what an approved copy is compared with. */
function digestsOf({
  instructions = [],
  tools = [],
  context = [],
  responseFormat,
  input,
  output,
}: CompositionRecord['composition']): object {
  const digests = (parts: readonly CompositionPart[]): readonly string[] => parts.map(({ digest }) => digest);
  return {
    instructions: digests(instructions),
    tools: digests(tools),
    context: digests(context),
    ...(responseFormat ? { responseFormat: responseFormat.digest } : {}),
    ...(input ? { input: input.digest } : {}),
    ...(output ? { output: output.digest } : {}),
  };
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
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: { type: 'string' }, token: { type: 'string' } },
  });
  const [a, b] = positionals;
  if (a === undefined || b === undefined) throw new UsageError(help);
  const side = async (name: string): Promise<CompositionRecord> => (isRunId(name) ? (await fetchRun(name, values)).record : recordIn(name));
  const differences = diffRecords(await side(a), await side(b));
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
