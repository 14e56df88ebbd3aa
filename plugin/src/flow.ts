// The way of a request through the plugin: observe → redact → sample → ship. Only `access` stands between client and
// provider, and it does three round trips at most; everything else happens after the answer has left. Nothing here may
// fail a request: what goes wrong is counted.
import { COMPANION_KEYS } from '#contract';
import { readAnswer, readRequest, type LlmAnswer, type LlmRequest, type RawCall } from '#dialects';
import type { PluginConfig } from './config.ts';
import { beginRun, decisionOf, isLlmCall } from './decision.ts';
import { identify } from './identify.ts';
import type { Kong } from './kong.ts';
import * as observe from './observe/index.ts';
import { isAlwaysOff, modeFor, type PolicyInForce } from './policy/index.ts';
import { describeRun, outcomeOf, withTexts, type Run } from './record/index.ts';
import type { Runtime } from './runtime.ts';
import { keepOrHold } from './settle.ts';

const NO_COMPANION =
  'the companion scripts are not installed (see deploy/kong): answers are not captured, each request costs more round trips';

export class Flow {
  readonly #config: PluginConfig;
  readonly #runtime: Runtime;

  constructor(config: PluginConfig, runtime: Runtime) {
    this.#config = config;
    this.#runtime = runtime;
  }

  /** Before the provider: at most get, set, done. */
  async access(kong: Kong): Promise<void> {
    const { drops, pending, poller } = this.#runtime;
    const now = Date.now();
    this.#runtime.touch(now);
    if (isAlwaysOff(poller.current().policy, this.#config.mode)) {
      drops.count('mode_off');
      return;
    }
    const companion = observe.readCompanionRequest(await kong.ctx.shared.get(COMPANION_KEYS.request));
    if (!companion) this.#runtime.sayOnce(NO_COMPANION);
    const request = companion ?? (await observe.askForRequest(kong, this.#config.maxBodyBytes));
    if (!isLlmCall(request)) {
      drops.count('not_llm_path');
      return;
    }
    const run = beginRun(request, this.#config, now);
    const isHeld = pending.put(run);
    if (!isHeld) drops.count('pending_full');
    const decision = decisionOf(run, isHeld);
    await kong.ctx.shared.set(COMPANION_KEYS.decision, decision);
    if (!companion) await observe.applyDecision(kong, decision);
  }

  /** After the answer: get, done. Resolves before the work on it begins. */
  async log(kong: Kong): Promise<void> {
    const { drops, pending, poller } = this.#runtime;
    if (isAlwaysOff(poller.current().policy, this.#config.mode)) return;
    const companion = observe.readCompanionOutcome(await kong.ctx.shared.get(COMPANION_KEYS.outcome));
    const outcome = companion ?? (await observe.askForOutcome(kong, await kong.ctx.shared.get(COMPANION_KEYS.decision), Date.now()));
    const run = outcome?.run_id === undefined ? undefined : pending.take(outcome.run_id);
    if (!outcome || !run) {
      drops.count('no_access');
      return;
    }
    void this.#observe(run, companion ? outcome : { ...outcome, started_ms: run.request.startedMs });
  }

  /** Bodies become text off the main thread; then the work waits for its turn. Never rejects. */
  async #observe(pending: observe.PendingRun, outcome: observe.CapturedOutcome): Promise<void> {
    const { drops, work } = this.#runtime;
    const { request } = pending;
    const limit = this.#config.maxBodyBytes;
    const [requestBody, responseBody] = await Promise.all([
      observe.decodeBody(request.body, request.headers['content-encoding'], limit),
      observe.decodeBody(outcome.body, outcome.response_headers['content-encoding'], limit),
    ]);
    if (outcome.body !== undefined && responseBody === undefined) drops.count('answer_unreadable');
    const call: RawCall = {
      method: request.method,
      path: request.path,
      requestHeaders: request.headers,
      requestBody,
      requestTruncated: request.bodyTruncated,
      status: outcome.status,
      responseHeaders: outcome.response_headers,
      responseBody,
      responseTruncated: outcome.body_truncated || (outcome.body !== undefined && responseBody === undefined),
    };
    if (work.push(() => this.#process(pending, outcome, call))) return;
    drops.count('work_full');
    // Not looked at, so perhaps no run; a gap that is none is better than a run that is missing unseen.
    this.#runtime.nextNumber();
  }

  /** The slices of one run's work; each `yield` lets calls from Kong go first. */
  *#process(pending: observe.PendingRun, outcome: observe.CapturedOutcome, call: RawCall): Generator<undefined, void> {
    const runtime = this.#runtime;
    const inForce = runtime.poller.current();
    const reading = readRequest(call);
    if (!reading.ok) {
      runtime.drops.count(reading.reason);
      return;
    }
    const { request } = reading;
    const mode = this.#modeOf(inForce, request, outcome);
    if (mode === 'off') {
      runtime.drops.count('mode_off');
      return;
    }
    const counter = runtime.nextNumber();
    yield;
    const answer = readAnswer(call, request);
    yield;
    const run = this.#runOf(pending, outcome, call, request, answer, inForce, counter);
    const redactor = runtime.redactor(this.#config, inForce, run.principal?.id ?? '');
    const { tenant, environment } = this.#config;
    const described = yield* describeRun(run, { tenant, environment, keys: runtime.keys, redactor });
    described.mode = mode;
    yield;
    const facts = { ...factsOf(request, outcome), outcome: outcomeOf(outcome, answer) };
    keepOrHold(runtime, inForce, described, facts, () => withTexts(described, run, redactor));
  }

  #modeOf(inForce: PolicyInForce, request: LlmRequest, outcome: observe.CapturedOutcome): ReturnType<typeof modeFor> {
    return modeFor(inForce.policy, this.#config.mode, factsOf(request, outcome));
  }

  #runOf(
    pending: observe.PendingRun,
    outcome: observe.CapturedOutcome,
    call: RawCall,
    request: LlmRequest,
    answer: LlmAnswer,
    inForce: PolicyInForce,
    counter: number,
  ): Run {
    const { epoch, instance, keys } = this.#runtime;
    // Session ids are judged before it is known who the person is, so without a token of theirs.
    const redactor = this.#runtime.redactor(this.#config, inForce, '');
    const who = identify({ pending, outcome, call, request, policy: inForce.policy, keys, redactor });
    return { pending, outcome, request, answer, ...who, gateway: { kind: this.#config.gateway, instance, epoch, counter } };
  }
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
