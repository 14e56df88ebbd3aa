// LiteLLM's basic guardrail protocol: what is about to go to a provider (or to come back) in, the same texts redacted by
// the policy's patterns out. Nothing of it is kept but which calls were judged, and how, and where a configuration asks for
// it what was replaced, in memory, until the answer is there.
import type { Redactor } from '#redact';
import { ClewError, scopeKey, type Scope } from '../kernel/index.ts';
import { fieldsOf, listOf, textOf, type Fields } from './json.ts';
import { recent, type Recent } from './recent.ts';
import type { CallStandIns } from './stand-ins.ts';

/** NONE: goes on as it is. GUARDRAIL_INTERVENED: goes on as given here. */
export interface GuardrailReply {
  readonly action: 'NONE' | 'GUARDRAIL_INTERVENED';
  /** As many as were sent, in the same order. */
  readonly texts?: readonly string[];
  /** Only where arguments of tool calls were redacted, which the protocol can change in whole messages alone. */
  readonly structured_messages?: readonly unknown[];
  /** Of each text, in a stream: characters at the end that may become something else with the next piece. */
  readonly stream_holdback_chars?: readonly number[];
}

export interface Guardrail {
  /** Throws invalid_body; unavailable where redacting failed, so that LiteLLM's own setting decides what becomes of the call. */
  judge(body: unknown, scope: Scope): Promise<GuardrailReply>;
  /** What became of a call that was asked about; undefined where none was, or long ago. */
  readonly verdict: (scope: Scope, callId: string) => 'pass' | 'mask' | undefined;
  /** What the provider was let read of a call whose values are kept from it; undefined where nobody asked for that, or long ago. */
  readonly reading: (scope: Scope, callId: string) => 'stand_ins' | 'nothing_found' | undefined;
}

const MOST_REMEMBERED = 50_000;
/** After so many characters other requests get a turn of the event loop. */
const BREATHER = 65_536;

/** `standIns`: for calls whose configuration says `upstream: pseudonyms`. */
export function createGuardrail(redactor: () => Redactor, standIns: CallStandIns): Guardrail {
  const [passed, masked, replaced, untouched] = Array.from({ length: 4 }, () => recent(MOST_REMEMBERED)) as [
    Recent,
    Recent,
    Recent,
    Recent,
  ];
  const key = (scope: Scope, callId: string): string => `${scopeKey(scope)}/${callId}`;
  return {
    async judge(body, scope) {
      const request = fieldsOf(body);
      const texts = textsOf(request);
      const callId = textOf(request['litellm_call_id']);
      const asks = fieldsOf(request['additional_provider_specific_params'])['upstream'] === 'pseudonyms';
      const reply =
        asks && callId !== undefined ? await standIn(standIns, request, texts, scope, callId) : await redactAll(request, texts, redactor());
      if (callId !== undefined) (reply.action === 'NONE' ? passed : masked).add(key(scope, callId));
      if (asks && callId !== undefined && request['input_type'] === 'request')
        (reply.action === 'NONE' ? untouched : replaced).add(key(scope, callId));
      return reply;
    },
    verdict(scope, callId) {
      if (masked.has(key(scope, callId))) return 'mask';
      return passed.has(key(scope, callId)) ? 'pass' : undefined;
    },
    reading(scope, callId) {
      if (replaced.has(key(scope, callId))) return 'stand_ins';
      return untouched.has(key(scope, callId)) ? 'nothing_found' : undefined;
    },
  };
}

function textsOf({ texts, input_type: type }: Fields): readonly string[] {
  if (type !== 'request' && type !== 'response') throw new ClewError('invalid_body', 'input_type: expected request or response');
  const given = texts ?? [];
  if (!Array.isArray(given) || !given.every((text) => typeof text === 'string')) {
    throw new ClewError('invalid_body', 'texts: expected a list of texts');
  }
  return given;
}

async function standIn(
  standIns: CallStandIns,
  request: Fields,
  texts: readonly string[],
  scope: Scope,
  callId: string,
): Promise<GuardrailReply> {
  if (request['input_type'] === 'response') {
    const restored = standIns.restore(scope, callId, texts);
    if (!restored) return { action: 'NONE' };
    return { action: 'GUARDRAIL_INTERVENED', texts: restored.texts, stream_holdback_chars: restored.holdback };
  }
  // Whole messages are the only way into arguments of calls.
  const messages = listOf(request['tool_calls']).length > 0 ? listOf(request['structured_messages']) : [];
  const replaced = await standIns.replace(scope, callId, { texts, messages }).catch((error: unknown) => {
    throw new ClewError('unavailable', 'replacing failed; nothing was changed', { cause: error });
  });
  if (!replaced) return { action: 'NONE' };
  return {
    action: 'GUARDRAIL_INTERVENED',
    texts: replaced.texts,
    ...(replaced.messages.length > 0 ? { structured_messages: replaced.messages } : {}),
  };
}

async function redactAll(request: Fields, texts: readonly string[], redactor: Redactor): Promise<GuardrailReply> {
  try {
    const clean: string[] = [];
    let read = 0;
    for (const text of texts) {
      clean.push(redactor.redact(text).text);
      read += text.length;
      if (read < BREATHER) continue;
      read = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const isChanged = clean.some((text, index) => text !== texts[index]);
    const messages = withCleanCalls(request, redactor);
    if (messages) return { action: 'GUARDRAIL_INTERVENED', texts: clean, structured_messages: messages };
    return isChanged ? { action: 'GUARDRAIL_INTERVENED', texts: clean } : { action: 'NONE' };
  } catch (error) {
    throw new ClewError('unavailable', 'redacting failed; nothing was changed', { cause: error });
  }
}

/** The messages, redacted whole, where the arguments of a tool call in them hold a finding; else undefined. */
function withCleanCalls(request: Fields, redactor: Redactor): readonly unknown[] | undefined {
  if (request['input_type'] !== 'request' || listOf(request['tool_calls']).length === 0) return undefined;
  const messages = listOf(request['structured_messages']).map(fieldsOf);
  const isClean = (message: Fields): boolean => listOf(message['tool_calls']).every((call) => cleanCall(call, redactor) === call);
  return messages.every(isClean) ? undefined : messages.map((message) => cleanMessage(message, redactor));
}

function cleanMessage(message: Fields, redactor: Redactor): Fields {
  const { content, tool_calls: calls } = message;
  return {
    ...message,
    ...(content === undefined ? {} : { content: redactor.redactJson(content).value }),
    ...(Array.isArray(calls) ? { tool_calls: listOf(calls).map((call) => cleanCall(call, redactor)) } : {}),
  };
}

/** The same object where its arguments hold no finding. */
function cleanCall(call: unknown, redactor: Redactor): unknown {
  const called = fieldsOf(fieldsOf(call)['function']);
  const given = textOf(called['arguments']);
  const clean = given === undefined ? undefined : redactArguments(given, redactor);
  return clean === given ? call : { ...fieldsOf(call), function: { ...called, arguments: clean } };
}

/** Arguments are JSON as a rule; redacted value by value they stay so. */
function redactArguments(text: string, redactor: Redactor): string {
  try {
    const { value, counts } = redactor.redactJson(JSON.parse(text));
    return Object.keys(counts).length === 0 ? text : JSON.stringify(value);
  } catch {
    return redactor.redact(text).text;
  }
}
