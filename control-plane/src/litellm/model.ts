// Which model was asked for and which one ran. LiteLLM writes the client's own name for the model over `response.model`,
// and fills it in where the provider said nothing; so only a name that LiteLLM had no reason to write is evidence.
import type { Model } from '#contract';
import type { LlmAnswer } from '#dialects';
import type { LiteLlmEvent } from './event.ts';
import { defined, fieldsOf, numberOf, textOf } from './json.ts';

const PROVIDERS_HEADER = 'llm_provider-openai-model';
const FALLBACKS_HEADER = 'x-litellm-attempted-fallbacks';

export function modelOf(event: LiteLlmEvent, answer: LlmAnswer | undefined): Model {
  return defined<Model>({
    requested: requestedModel(event)?.slice(0, 256).toWellFormed(),
    ...executedModel(event),
    fingerprint: answer?.model.fingerprint,
  });
}

/** After a fallback the event names the fallback alone; the name asked for stands in the events of the attempts before. */
function requestedModel(event: LiteLlmEvent): string | undefined {
  if ((numberOf(event.answerHeaders[FALLBACKS_HEADER]) ?? 0) > 0) return undefined;
  return event.modelGroup ?? event.routedModel;
}

function executedModel(event: LiteLlmEvent): Pick<Model, 'executed' | 'evidence'> {
  // Nothing ran for an answer from the cache, and nothing that answered in a failure.
  if (event.isFailure || event.isCacheHit) return { evidence: 'unknown' };
  const header = textOf(event.answerHeaders[PROVIDERS_HEADER]);
  if (header !== undefined) return { executed: header.slice(0, 256).toWellFormed(), evidence: 'response_header' };
  const stated = textOf(fieldsOf(event.response)['model']);
  if (stated === undefined || writtenByLiteLlm(event).has(stated)) return { evidence: 'unknown' };
  return { executed: stated.slice(0, 256).toWellFormed(), evidence: event.isStream ? 'stream_event' : 'response_body' };
}

/** Names that LiteLLM itself writes into answers: the alias, and the deployment's with and without its provider. */
function writtenByLiteLlm({ modelGroup, routedModel, provider }: LiteLlmEvent): ReadonlySet<string | undefined> {
  const bare =
    routedModel !== undefined && routedModel.startsWith(`${provider ?? ''}/`)
      ? routedModel.slice((provider ?? '').length + 1)
      : routedModel;
  return new Set([modelGroup, routedModel, bare]);
}
