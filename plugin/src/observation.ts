// What happens to a run after its answer has left: bodies become text, text becomes a request and an answer in nobody's
// dialect, those become a sample. Nothing here is awaited by a client.
import { judgedRunOf, judgeRun, placeOfSample, type SigningKey } from '#contract';
import { readAnswer, readRequest, type LlmAnswer, type LlmRequest, type RawCall } from '#dialects';
import type { Redactor } from '#redact';
import type { Mode, PluginConfig } from './config.ts';
import type { DropReason } from './drops.ts';
import { identify } from './identify.ts';
import { withAttestation, type Ledger } from './identity/index.ts';
import type { Life } from './life.ts';
import type { ManifestPoller } from './manifests/index.ts';
import * as observe from './observe/index.ts';
import type { PendingRun } from './pending.ts';
import { modeFor, type PolicyInForce } from './policy/index.ts';
import { describeRun, outcomeOf, withTexts, type Run } from './record/index.ts';
import { keepOrHold, type SettlingRuntime } from './settle.ts';

/** One run with what came of it. */
export interface Observed {
  readonly config: PluginConfig;
  readonly pending: PendingRun;
  readonly outcome: observe.CapturedOutcome;
}

/** What observing needs of the runtime. */
export interface ObservingRuntime extends SettlingRuntime {
  readonly instance: string;
  readonly key: SigningKey;
  readonly life: Life;
  readonly ledger: Ledger;
  readonly work: observe.WorkQueue;
  readonly manifests: ManifestPoller;
  /** Redacts under the policy in force and the floor of the instance; throws where the policy cannot be used. */
  redactor(config: PluginConfig, inForce: PolicyInForce, subject: string): Redactor;
  /** Counts runs that nobody looked at under the reason, and passes their numbers over. */
  skip(reason: DropReason, count: number): void;
}

/** Bodies become text off the thread; then the work waits for its turn. Resolves when it is done; never rejects. */
export async function observeRun(runtime: ObservingRuntime, observed: Observed): Promise<void> {
  const call = await readCall(runtime, observed);
  await Promise.all([runtime.poller.firstAnswer, runtime.manifests.firstAnswer]);
  await new Promise<void>((resolve) => {
    const isTaken = runtime.work.push(function* () {
      try {
        yield* observeCall(runtime, observed, call);
      } finally {
        resolve();
      }
    });
    if (isTaken) return;
    runtime.skip('work_full', 1);
    resolve();
  });
}

async function readCall({ drops }: Pick<ObservingRuntime, 'drops'>, { config, pending, outcome }: Observed): Promise<RawCall> {
  const { request } = pending;
  const limit = config.maxBodyBytes;
  const [requestBody, responseBody] = await Promise.all([
    observe.decodeBody(request.body, request.headers['content-encoding'], limit),
    observe.decodeBody(outcome.body, outcome.response_headers['content-encoding'], limit),
  ]);
  if (outcome.body !== undefined && responseBody === undefined) drops.count('answer_unreadable');
  return {
    method: request.method,
    path: request.path,
    requestHeaders: request.headers,
    requestBody,
    requestTruncated: request.bodyTruncated,
    status: outcome.status,
    wasForwarded: outcome.upstream_ms !== undefined,
    responseHeaders: outcome.response_headers,
    responseBody,
    responseTruncated: outcome.body_truncated || (outcome.body !== undefined && responseBody === undefined),
  };
}

/** The slices of one run's work; each `yield` lets whatever else waits go first. */
function* observeCall(runtime: ObservingRuntime, observed: Observed, call: RawCall): Generator<undefined, void> {
  const { config, outcome } = observed;
  const inForce = runtime.poller.current();
  const reading = readRequest(call);
  if (!reading.ok) {
    runtime.drops.count(reading.reason);
    return;
  }
  const { request } = reading;
  const mode = modeFor(inForce.policy, config.mode, factsOf(request, outcome));
  if (mode === 'off') {
    runtime.drops.count('mode_off');
    runtime.life.letPass();
    return;
  }
  const counter = runtime.life.nextNumber();
  try {
    yield* observeNumbered(runtime, observed, { call, request, inForce, counter, mode });
  } catch (thrown) {
    runtime.ledger.lose(counter, counter, 'work_failed');
    throw thrown;
  }
}

function* observeNumbered(
  runtime: ObservingRuntime,
  observed: Observed,
  { call, request, inForce, counter, mode }: Omit<Reading, 'answer'> & { readonly mode: Exclude<Mode, 'off'> },
): Generator<undefined, void> {
  const { config, outcome } = observed;
  yield;
  const answer = answerOf(observed, call, request);
  yield;
  const run = runOf(runtime, observed, { call, request, answer, inForce, counter });
  const redactor = runtime.redactor(config, inForce, run.principal?.id ?? '');
  const { tenant, environment } = config;
  const manifests = runtime.manifests.current();
  const described = yield* describeRun(run, {
    tenant,
    environment,
    keys: runtime.keys,
    redactor,
    manifests,
    context: inForce.policy.context,
  });
  described.mode = mode;
  yield;
  const { verdict } = judgeRun(manifests, placeOfSample(described), judgedRunOf(described));
  const facts = { ...factsOf(request, outcome), outcome: outcomeOf(outcome, answer), verdict };
  // Last, over what leaves: texts are no part of what is signed.
  const signed = withAttestation(described, runtime.key);
  keepOrHold(runtime, inForce, signed, facts, () => withTexts(signed, run, redactor, inForce.policy.vault));
}

/** What the gateway itself answered to a refused request is no answer of a model. */
function answerOf({ pending: { guard } }: Observed, call: RawCall, request: LlmRequest): LlmAnswer {
  if (guard?.action !== 'block') return readAnswer(call, request);
  const answer = readAnswer({ ...call, responseBody: undefined, responseHeaders: {} }, request);
  const told = { name: `manifest:${guard.manifest.name}`, verdict: 'block', stage: 'request' } as const;
  return { ...answer, blocked: true, error: { type: 'manifest_block', code: undefined }, guardrails: [told] };
}

interface Reading {
  readonly call: RawCall;
  readonly request: LlmRequest;
  readonly answer: LlmAnswer;
  readonly inForce: PolicyInForce;
  readonly counter: number;
}

function runOf(runtime: ObservingRuntime, observed: Observed, { call, request, answer, inForce, counter }: Reading): Run {
  const { config, pending, outcome } = observed;
  const { instance, keys } = runtime;
  // Session ids are judged before it is known who the person is, so without a token of theirs.
  const redactor = runtime.redactor(config, inForce, '');
  const who = identify({ pending, outcome, call, request, policy: inForce.policy, keys, redactor });
  return { pending, outcome, request, answer, ...who, gateway: { kind: config.gateway, instance, epoch: runtime.life.epoch, counter } };
}

function factsOf(
  request: LlmRequest,
  outcome: observe.CapturedOutcome,
): Record<'route' | 'service' | 'consumer' | 'model' | 'dialect', string | undefined> {
  const name = (entity: { readonly id?: string; readonly name?: string } | undefined) => entity?.name ?? entity?.id;
  return {
    route: name(outcome.route),
    service: name(outcome.service),
    consumer: name(outcome.consumer),
    model: request.modelRequested,
    dialect: request.dialect,
  };
}
