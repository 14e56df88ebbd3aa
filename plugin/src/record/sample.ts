// The sample of one run. Everything a client or provider wrote passes the redactor here or is a digest: this is the one
// place where a sample comes into being, so a field that is added without redaction is added here and nowhere else.
import { sealedFor, type Call, type Original, type Sample, type VaultKey } from '#contract';
import { historyDigests, type LlmRequest } from '#dialects';
import type { Redactor } from '#redact';
import { shortHash, type TenantKeys } from '../principal/index.ts';
import { describeComposition } from './composition.ts';
import { handedOver, onlyMessage, summariesIn } from './handover.ts';
import { nameOf } from './labels.ts';
import { errorOf, modelOf, stagesOf, statusOf, usageOf } from './outcome.ts';
import type { Run, Surroundings } from './run.ts';
import { redactLabel, redactText, RedactionCounts } from './text.ts';

/** All but texts and the sampling decision; what cannot be read is absent. Yields between steps that take long for long histories. */
export function* describeRun(run: Run, around: Surroundings): Generator<undefined, Sample> {
  const { pending, outcome, request, answer } = run;
  const { redactor, keys } = around;
  const counts = new RedactionCounts();
  const label = (text: string | undefined, max?: number) => redactLabel(text, redactor, counts, max);
  const model = modelOf(request, answer, outcome.ai);
  const error = errorOf(outcome, answer);
  const usage = usageOf(answer, outcome.ai);
  const guardrails = answer.guardrails?.map((told) => ({ ...told, name: label(told.name, 128) ?? 'guardrail' }));
  const place = {
    route: label(nameOf(outcome.route)),
    service: label(nameOf(outcome.service)),
    consumer: label(nameOf(outcome.consumer)),
  };
  const header = (name: string) => pending.request.headers[name];
  const parts = describeComposition(run, { label, manifests: around.manifests, context: around.context, place: { ...place, header } });
  yield;
  const history = historyDigests(request.messages, keys.history(run.principal?.id ?? ''), {
    answer: answer.sentBack,
    summary: request.startsWithSummary,
  });
  yield;
  const parameters = redactor.redactJson(request.parameters);
  counts.add(parameters.counts);
  return defined<Sample>({
    version: 1,
    id: pending.runId,
    runId: pending.runId,
    tenant: around.tenant,
    environment: around.environment,
    startedAt: time(outcome.started_ms),
    endedAt: time(Math.max(outcome.started_ms, outcome.ended_ms)),
    stages: stagesOf(outcome),
    trace: defined({
      traceId: pending.trace.traceId,
      spanId: pending.trace.spanId,
      parentSpanId: pending.trace.parentSpanId,
      sampled: pending.trace.sampled,
      source: pending.trace.source,
    }),
    correlationId: label(pending.correlationId),
    session: run.session,
    principal: run.principal,
    call: describeCall(run, keys, (id) => mayStand(id, redactor)),
    gateway: defined({
      ...run.gateway,
      instance: label(run.gateway.instance, 128),
      ...defined(place),
    }),
    provider: label(request.provider, 64),
    dialect: request.dialect,
    stream: request.stream,
    model: defined({
      requested: label(model.requested),
      executed: label(model.executed),
      evidence: model.evidence,
      fingerprint: label(model.fingerprint),
    }),
    parameters: parameters.value as NonNullable<Sample['parameters']>,
    usage,
    status: statusOf(outcome, answer),
    error,
    guardrails,
    history,
    composition: parts,
    redaction: { counts: counts.toRecord(), rules: redactor.rules },
  });
}

/** The same with its texts: the newest user message and the answer, as far as the mode allows. */
export function withTexts(sample: Sample, run: Run, redactor: Redactor, vault?: VaultKey): Sample {
  if (sample.mode === 'metadata_only') return sample;
  const counts = new RedactionCounts();
  counts.add(sample.redaction?.counts ?? {});
  const { prompt } = run.request;
  const { text: answer } = run.answer;
  const originals: Original[] = [];
  const texts = {
    ...(prompt === undefined ? {} : { prompt: redactText(prompt, redactor, counts, originals) }),
    ...(answer === undefined || sample.mode === 'topic_only' ? {} : { answer: redactText(answer, redactor, counts, originals) }),
  };
  const isKept = sample.mode !== 'topic_only';
  const sealed = isKept ? sealedFor(vault, { sample: sample.id, principal: sample.principal?.id }, originals) : undefined;
  return { ...sample, ...texts, redaction: { ...sample.redaction, counts: counts.toRecord(), ...(sealed && { sealed }) } };
}

/** True when an id may leave as it is. */
export function mayStand(id: string, redactor: Redactor): boolean {
  return redactor.redact(id).findings.length === 0;
}

function describeCall(run: Run, keys: TenantKeys, mayStandAsIs: (id: string) => boolean): Call {
  const { request, answer, pending } = run;
  const { headers } = pending.request;
  const baggage = (key: string) => pending.trace.baggage.find((member) => member.key === key)?.value;
  const id = (text: string | undefined) =>
    text === undefined ? undefined : text.length <= 256 && mayStandAsIs(text) ? text : `h_${shortHash(keys.toolCall, text)}`;
  const hashes = (ids: readonly (string | undefined)[]) => {
    const known = ids.filter((one) => one !== undefined && one !== '').slice(0, 256);
    return known.length > 0 ? known.map((one) => shortHash(keys.toolCall, one ?? '')) : undefined;
  };
  const parent = headers['x-clew-parent-run-id'] ?? baggage('clew.parent_run_id');
  // The provider SDKs say how often they have tried before.
  const retries = Number(headers['x-stainless-retry-count'] ?? Number.NaN);
  return defined<Call>({
    kind: request.kind,
    auxiliary: request.auxiliary,
    parentRunId: parent !== undefined && /^[0-9a-f]{32}$/.test(parent) ? parent : undefined,
    responseId: id(answer.responseId),
    previousResponseId: id(request.previousResponseId),
    toolCalls: hashes(answer.toolCalls.map((call) => call.id)),
    toolResults: hashes(newestResults(request)),
    toolInputs: hashes(handedOver(answer)),
    firstMessage: hashes([onlyMessage(request)])?.[0],
    summaries: hashes(summariesIn(request, answer)),
    attempt: Number.isInteger(retries) && retries >= 0 && retries < 100 ? retries + 1 : undefined,
  });
}

/** Ids of the tool results after the last message of the assistant: those that this request brings. */
function newestResults(request: LlmRequest): (string | undefined)[] {
  const last = request.messages.findLastIndex((message) => message.role === 'assistant');
  return request.messages.slice(last + 1).flatMap((message) => (message.role === 'tool' ? [message.toolCallId] : []));
}

const time = (ms: number): string => new Date(ms).toISOString();

/** The object without its undefined fields. */
function defined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
