// The two phases. Only `access` stands between client and provider, and it does three round trips at most; what happens
// after the answer has left begins in observation.ts. Nothing here may fail a request: what goes wrong is counted.
import { COMPANION_KEYS, type RunPlace } from '#contract';
import type { PluginConfig } from './config.ts';
import { beginRun, decisionOf, isLlmCall } from './decision.ts';
import type { Kong } from './kong.ts';
import * as observe from './observe/index.ts';
import type { PendingRun } from './pending.ts';
import { guard, needsConsumer, type GuardVerdict } from './manifests/index.ts';
import type { Observer } from './observer.ts';
import { declaredVariant, nameOf } from './record/index.ts';
import { shareOf, StandInRoute, type UpstreamShare } from './upstream/index.ts';

const NO_COMPANION =
  'the companion scripts are not installed (see deploy/kong): answers are not captured, each request costs more round trips';

export class Flow {
  readonly #config: PluginConfig;
  readonly #observer: Observer;
  readonly #standIns: StandInRoute;

  constructor(config: PluginConfig, observer: Observer) {
    this.#config = config;
    this.#observer = observer;
    this.#standIns = new StandInRoute(config);
  }

  /** Before the provider: at most get, set, done; one more where the body is rewritten. */
  async access(kong: Kong): Promise<void> {
    const { drops, health, pending, life } = this.#observer;
    const now = Date.now();
    this.#observer.touch(now);
    const isOff = this.#observer.isOff(this.#config.mode);
    if (isOff) {
      drops.count('mode_off');
      life.letPass();
    }
    // What the provider may read does not depend on whether anybody observes.
    if (isOff && !this.#standIns.mayBeAsked(this.#observer.policyNow())) return;
    const companion = observe.readCompanionRequest(await kong.ctx.shared.get(COMPANION_KEYS.request));
    if (!companion) this.#observer.sayOnce(NO_COMPANION);
    const request = companion ?? (await observe.askForRequest(kong, this.#config.maxBodyBytes));
    const isCall = !isOff && isLlmCall(request);
    if (!isOff && !isCall) drops.count('not_llm_path');
    const isReplaced = this.#standIns.isAsked(this.#observer.policyNow(), placeOf(request));
    if (!isCall && !isReplaced) return;
    const begun = beginRun(request, this.#config, now);
    const verdict = isCall ? await this.#judge(kong, begun) : undefined;
    const run = verdict ? { ...begun, guard: verdict } : begun;
    const upstream = isReplaced && verdict?.action !== 'block' ? await this.#replace(kong, run) : undefined;
    const isHeld = isCall && pending.put(upstream ? { ...run, upstream: upstream.reading } : run);
    if (isHeld) health.add('observed');
    else if (isCall) this.#observer.skip('pending_full', 1);
    const decision = decisionOf(run, isHeld, upstream);
    await kong.ctx.shared.set(COMPANION_KEYS.decision, decision);
    if (!companion) await observe.applyDecision(kong, decision);
  }

  /** Before the decision is known, so that a request without one never had its values sent: see access-guard.lua. */
  async #replace(kong: Kong, { request, runId }: PendingRun): Promise<UpstreamShare> {
    const { health } = this.#observer;
    const policy = this.#observer.policyNow();
    const outcome = await this.#standIns.prepare(request, policy);
    if (outcome.kind === 'replaced') await kong.service.request.setRawBody(outcome.body);
    if (outcome.kind === 'replaced') health.add('replaced');
    if (outcome.kind === 'unreadable') health.add('unreplaced');
    return shareOf(outcome, this.#standIns.whereUnreadable(policy), runId);
  }

  /** Open: what cannot be judged passes, unless a manifest says otherwise. A fourth round trip only where manifests that enforce name consumers. */
  async #judge(kong: Kong, run: PendingRun): Promise<GuardVerdict | undefined> {
    const { health, drops } = this.#observer;
    const set = this.#config.manifests === 'enforce' ? this.#observer.enforced() : undefined;
    if (!set) return undefined;
    try {
      const { request } = run;
      const anybody = placeOf(request);
      const place = needsConsumer(set, anybody)
        ? { ...anybody, consumer: nameOf(observe.readEntity(await kong.client.getConsumer())) }
        : anybody;
      const verdict = guard(set, place, request, { variant: declaredVariant(run), context: this.#observer.context() });
      if (verdict?.action === 'warn') health.add('warned');
      if (verdict?.action === 'block') health.add('refused');
      return verdict;
    } catch {
      drops.count('guard_failed');
      return undefined;
    }
  }

  /** After the answer: get, done. Resolves before the work on it begins. */
  async log(kong: Kong): Promise<void> {
    const { drops, pending } = this.#observer;
    if (this.#observer.isOff(this.#config.mode)) return;
    const companion = observe.readCompanionOutcome(await kong.ctx.shared.get(COMPANION_KEYS.outcome));
    const outcome = companion ?? (await observe.askForOutcome(kong, await kong.ctx.shared.get(COMPANION_KEYS.decision), Date.now()));
    const run = outcome?.run_id === undefined ? undefined : pending.take(outcome.run_id);
    if (!outcome || !run) {
      drops.count('no_access');
      return;
    }
    this.#observer.take(this.#config, run, companion ? outcome : { ...outcome, started_ms: run.request.startedMs });
  }
}

function placeOf({ route, service, headers }: observe.CapturedRequest): RunPlace {
  return { route: nameOf(route), service: nameOf(service), header: (name) => headers[name] };
}
