// What providers and gateways tell of their guardrails, in an answer or in place of one. Only names and verdicts are
// taken; an error's words are looked at to recognise a guardrail and never kept.
import type { GuardrailVerdict } from '#contract';
import type { AnswerError } from './answer.ts';
import { asKind, asList, asText, asToken, dig, get, isRecord } from './json.ts';
import type { RawCall } from './types.ts';

type Stage = NonNullable<GuardrailVerdict['stage']>;

const MAX_VERDICTS = 32;

/** Collects what each body or event of an answer says. Takes anything and never throws. */
export class GuardrailReader {
  readonly #verdicts = new Map<string, GuardrailVerdict>();

  take(data: unknown): void {
    for (const prompt of [...asList(get(data, 'prompt_filter_results')), ...asList(get(data, 'prompt_annotations'))]) {
      this.#takeFilters(get(prompt, 'content_filter_results'), 'request');
    }
    for (const choice of asList(get(data, 'choices'))) this.#takeFilters(get(choice, 'content_filter_results'), 'response');
    for (const filters of [get(data, 'content_filters'), dig(data, 'response.content_filters')]) {
      for (const filter of asList(filters)) {
        this.#takeFilters(get(filter, 'content_filter_results'), get(filter, 'source_type') === 'prompt' ? 'request' : 'response');
      }
    }
    const refused = dig(data, 'error.innererror.content_filter_result') ?? dig(data, 'error.innererror.content_filter_results');
    this.#takeFilters(refused, 'request');
    const action = get(data, 'amazon-bedrock-guardrailAction');
    if (action === 'INTERVENED') this.#add('bedrock_guardrail', 'block', undefined);
    if (action === 'NONE') this.#add('bedrock_guardrail', 'pass', undefined);
  }

  /** All verdicts, one for each guardrail and stage, blocks first. `body`: the answer where it was one JSON value. */
  verdicts(call: RawCall, body: unknown, finishReason: string | undefined, error: AnswerError | undefined): GuardrailVerdict[] {
    const ending = finishReason === undefined ? undefined : ENDINGS.get(finishReason);
    if (ending !== undefined && !this.#isBlockedAt('response')) this.#add(ending, 'block', 'response');
    const names = appliedByLiteLlm(call);
    const refusedBy = isRefusal(call.status) ? refuser(call, body, names, error) : undefined;
    if (refusedBy !== undefined && !this.#isBlockedAt('request')) this.#add(refusedBy, 'block', 'request');
    // Applied and still answered: it let the request pass; whether it masked something the header does not say.
    if (!isRefusal(call.status)) for (const name of names) this.#add(name, 'pass', undefined);
    const all = [...this.#verdicts.values()];
    return [...all.filter(({ verdict }) => verdict === 'block'), ...all.filter(({ verdict }) => verdict !== 'block')].slice(
      0,
      MAX_VERDICTS,
    );
  }

  /** Categories that blocked by their names; those that passed as one verdict of the filter. */
  #takeFilters(results: unknown, stage: Stage): void {
    if (!isRecord(results)) return;
    let isJudged = false;
    for (const [key, result] of Object.entries(results)) {
      const category = asKind(key);
      // A filter that failed to run tells so in place of a category.
      if (category === undefined || category === 'error' || !isRecord(result)) continue;
      isJudged = true;
      if (get(result, 'filtered') === true) this.#add(`content_filter:${category}`, 'block', stage);
    }
    if (isJudged) this.#add('content_filter', 'pass', stage);
  }

  /** A block stands whatever is said later; a pass does not stand beside a block of the same guardrail and stage. */
  #add(name: string, verdict: GuardrailVerdict['verdict'], stage: Stage | undefined): void {
    const key = `${name} ${stage ?? ''}`;
    const family = name.split(':')[0] ?? name;
    if (verdict === 'pass' && this.#isBlockedAt(stage, family)) return;
    if (verdict === 'block') this.#verdicts.delete(`${family} ${stage ?? ''}`);
    this.#verdicts.set(key, { name, verdict, ...(stage === undefined ? {} : { stage }) });
  }

  #isBlockedAt(stage: Stage | undefined, family?: string): boolean {
    return [...this.#verdicts.values()].some(
      (known) => known.verdict === 'block' && known.stage === stage && (family === undefined || known.name.split(':')[0] === family),
    );
  }
}

/** Words in which providers say that a guardrail ended an answer. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['content_filter', 'content_filter'],
  ['refusal', 'refusal'],
  ['guardrail_intervened', 'bedrock_guardrail'],
  ['safety', 'safety'],
]);

/** 446 is what guardrails of some gateways answer when they refuse a request. */
function isRefusal(status: number | undefined): boolean {
  return status === 400 || status === 403 || status === 422 || status === 446;
}

/** Name of the guardrail that refused the request, where one did. */
function refuser(call: RawCall, body: unknown, applied: readonly string[], error: AnswerError | undefined): string | undefined {
  const stated = get(body, 'error');
  const words = wordsOf(stated);
  if (isKongGuard(call, stated, words)) return 'ai-prompt-guard';
  if (words.startsWith('request failed content safety check')) return 'ai-azure-content-safety';
  const named = asToken(dig(stated, 'provider_specific_fields.guardrail_name')) ?? applied[0];
  const code = [error?.code, error?.type].find((word) => word !== undefined && GUARDRAIL_WORDS.test(word));
  if (/\bguardrail\b|\bviolated\b.{0,60}\bpolicy\b/.test(words)) return named ?? 'litellm';
  if (code !== undefined) return named ?? code;
  return call.status === 446 ? (named ?? 'guardrail') : undefined;
}

const GUARDRAIL_WORDS = /content_?filter|content_?policy|guardrail|responsible_?ai|policy_violation|moderation_blocked/i;

/**
 * Kong's prompt guards answer with one sentence and nothing else, before any provider is called; by default they do not
 * even say that they are there.
 */
function isKongGuard(call: RawCall, stated: unknown, words: string): boolean {
  if (call.status !== 400 || call.wasForwarded === true || !isRecord(stated) || Object.keys(stated).length !== 1) return false;
  return words === 'bad request' || words === 'prompt pattern is blocked' || words.startsWith("prompt doesn't match any allowed pattern");
}

/** The beginning of an error's message, which some gateways nest or write as the text of a dictionary. */
function wordsOf(stated: unknown): string {
  const message = get(stated, 'message') ?? get(stated, 'detail');
  const text = asText(message) ?? asText(get(message, 'error')) ?? asText(stated) ?? '';
  return text.slice(0, 200).toLowerCase();
}

function appliedByLiteLlm(call: RawCall): string[] {
  const header = asText(get(call.responseHeaders, 'x-litellm-applied-guardrails')) ?? '';
  const names = header
    .slice(0, 2048)
    .split(',')
    .map((name) => asToken(name.trim()));
  return names.filter((name) => name !== undefined);
}
