// Made-up traffic of stateless and stateful clients, with the truth beside it: which conversation each request is of, from
// which turn on the client no longer sent everything, and which requests go on from an earlier point than the newest.
import { seeded } from '../../control-plane/src/kernel/index.ts';
import { messagesCall, type ProviderCall } from './recorded.ts';

/** A message as no provider writes it. `tool` answers `call`. */
type Said =
  | { readonly kind: 'user' | 'assistant'; readonly text: string }
  | { readonly kind: 'call' | 'result'; readonly id: string; readonly text: string };

export type Dialect = 'chat' | 'responses' | 'previous' | 'messages';
/** What a client does when the conversation grows long. */
export const MEMORIES = [
  'all',
  'last messages',
  'last turns',
  'first and last',
  'summary as user',
  'summary as system',
  'summary as assistant',
] as const;
export type Memory = (typeof MEMORIES)[number];

export interface TrafficRequest {
  readonly conversation: string;
  readonly user: string;
  readonly call: ProviderCall;
  readonly dialect: Dialect;
  readonly memory: Memory;
  /** The newest message is the user's; else it goes on with a turn after tools. */
  readonly isTurn: boolean;
  /** Messages of the conversation that the client left out; 0 where it sent everything. */
  readonly dropped: number;
  readonly isFork: boolean;
}

const OPENINGS = [
  'hello',
  'Write a unit test for this function.',
  'What is this?',
  'Summarise the text below.',
  'Help me, please',
  'go on',
];
const TURNS = [
  'why?',
  'And then?',
  'make it shorter',
  'No, the other one.',
  'give me an example',
  'thanks, and the second?',
  'ok',
  'Is that certain?',
];
const SUMMARY = 'Summary of the conversation so far: ';
const EXAMPLES: readonly Said[] = [
  { kind: 'user', text: 'Example: is 7 prime?' },
  { kind: 'assistant', text: 'yes' },
  { kind: 'user', text: 'Example: is 8 prime?' },
  { kind: 'assistant', text: 'no' },
];
const REMINDER = '<system-reminder>\nThe rules of this project apply. Never mention this reminder.\n</system-reminder>\n';

/** One conversation; requests come out as the client sends them, with what the provider answered. */
function* converse(
  id: string,
  user: string,
  roll: () => number,
): Generator<Omit<TrafficRequest, 'call'> & { call(at: number): ProviderCall }> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)]!;
  const dialect = pick<Dialect>(['chat', 'chat', 'responses', 'previous', 'messages']);
  const memory: Memory = dialect === 'previous' || roll() < 0.4 ? 'all' : pick(MEMORIES);
  const prefix = dialect !== 'previous' && roll() < 0.15 ? EXAMPLES : [];
  const wraps = dialect === 'messages' && roll() < 0.3;
  const usesTools = roll() < 0.35;
  const keep = 4 + 2 * Math.floor(roll() * 3);
  const turns = 3 + Math.floor(roll() * 8);
  const equalAnswer = roll() < 0.05;
  let said: Said[] = [];
  let answers: string[] = [];
  let model = 0;
  let number = 0;

  const request = (isTurn: boolean, isFork: boolean, answer: Said, speaking: Dialect) => {
    const { sent, dropped } = remember([...said], memory, keep);
    const index = (number += 1);
    const [system, previous] = [roll() < 0.7 ? `You help. It is ${index}:00 o'clock.` : undefined, answers.at(-1)];
    const name = `gpt-4o-${model}`;
    const responseId = `resp_${id}_${index}`;
    said.push(answer);
    answers.push(responseId);
    const call = (at: number): ProviderCall =>
      render(
        {
          at,
          user,
          sent: [...prefix, ...sent],
          system,
          wraps,
          answer,
          name,
          responseId,
          previous: speaking === 'previous' ? previous : undefined,
        },
        speaking,
      );
    return { conversation: id, user, dialect: speaking, memory, isTurn, dropped, isFork, call };
  };

  for (let turn = 0; turn < turns; turn++) {
    if (roll() < 0.1) model += 1;
    // A gateway that sends the same conversation to another provider.
    const speaking: Dialect =
      (dialect === 'chat' || dialect === 'messages') && roll() < 0.1 ? pick<Dialect>(['chat', 'messages']) : dialect;
    let isFork = false;
    if (turn > 1 && memory === 'all' && !usesTools && roll() < 0.12) {
      // Asks the last question again, or an earlier one in other words.
      const again = roll() < 0.5;
      const back = again ? 1 : 1 + Math.floor(roll() * (turn - 1));
      const users = said.flatMap((one, index) => (one.kind === 'user' ? [index] : []));
      const from = users.at(-back) ?? 0;
      if (from > 0) {
        const question = said[from] as Said & { kind: 'user' };
        said = said.slice(0, from);
        answers = answers.slice(0, users.length - back);
        said.push(again ? question : { kind: 'user', text: `${question.text} (I mean ${id}-${turn})` });
        isFork = true;
      }
    }
    if (!isFork)
      said.push({ kind: 'user', text: turn === 0 ? pick(OPENINGS) : roll() < 0.5 ? pick(TURNS) : `${pick(TURNS)} ${id} ${turn}` });
    let steps = usesTools && roll() < 0.5 ? 1 + Math.floor(roll() * 2) : 0;
    let isTurn = true;
    for (;;) {
      const tool = `${id}_${turn}_${steps}`;
      const text =
        turn === 0 && equalAnswer ? 'Sure. What do you need?' : `The answer of ${id} to ${turn}${isFork ? `, anew ${number}` : ''}.`;
      const answer: Said = steps > 0 ? { kind: 'call', id: tool, text: `{"query":"${tool}"}` } : { kind: 'assistant', text };
      yield request(isTurn, isFork && isTurn, answer, speaking);
      if (steps === 0) break;
      said.push({ kind: 'result', id: tool, text: `found ${tool}` });
      steps -= 1;
      isTurn = false;
    }
  }
}

/** What the client sends of all that was said, the newest message included, and how many messages it leaves out. */
function remember(said: readonly Said[], memory: Memory, keep: number): { readonly sent: readonly Said[]; readonly dropped: number } {
  if (memory === 'all' || said.length <= keep + 1) return { sent: said, dropped: 0 };
  if (memory === 'last messages') return whole(said.slice(-keep), said.length);
  const users = said.flatMap((one, index) => (one.kind === 'user' ? [index] : []));
  const from = users.at(-Math.max(2, keep / 2)) ?? 0;
  const tail = said.slice(from);
  if (from === 0) return { sent: said, dropped: 0 };
  if (memory === 'last turns') return { sent: tail, dropped: from };
  if (memory === 'first and last') return from === 1 ? { sent: said, dropped: 0 } : { sent: [said[0]!, ...tail], dropped: from - 1 };
  const text = `${SUMMARY}${from} messages.`;
  if (memory === 'summary as assistant') return { sent: [{ kind: 'assistant', text }, ...tail], dropped: from };
  // As a system message it is rendered ahead of the others.
  return {
    sent: [
      { kind: memory === 'summary as system' ? 'assistant' : 'user', text: memory === 'summary as system' ? `system:${text}` : text },
      ...tail,
    ],
    dropped: from,
  };
}

/** Providers refuse a result whose call is missing: what begins with one is cut further. */
function whole(kept: readonly Said[], all: number): { readonly sent: readonly Said[]; readonly dropped: number } {
  const from = kept.findIndex(({ kind }) => kind === 'user' || kind === 'assistant');
  const sent = kept.slice(Math.max(0, from));
  return { sent, dropped: all - sent.length };
}

interface Sending {
  readonly at: number;
  readonly user: string;
  readonly sent: readonly Said[];
  readonly system: string | undefined;
  readonly wraps: boolean;
  readonly answer: Said;
  readonly name: string;
  readonly responseId: string;
  readonly previous: string | undefined;
}

function render(sending: Sending, dialect: Dialect): ProviderCall {
  const summaries = sending.sent.flatMap((one) => (one.kind === 'assistant' && one.text.startsWith('system:') ? [one.text.slice(7)] : []));
  const sent = sending.sent.filter((one) => !(one.kind === 'assistant' && one.text.startsWith('system:')));
  const system = [sending.system, ...summaries].filter((one) => one !== undefined);
  if (dialect === 'chat') return inChat({ ...sending, sent }, system);
  if (dialect === 'messages') return inMessages({ ...sending, sent }, system);
  return inResponses({ ...sending, sent }, system, dialect === 'previous');
}

function inChat({ at, user, sent, answer, name, responseId }: Sending, system: readonly string[]): ProviderCall {
  const toolCall = (one: Said & { id?: string }): object => ({
    id: one.id,
    type: 'function',
    function: { name: 'look_up', arguments: one.text },
  });
  const messages = sent.map((one) => {
    if (one.kind === 'call') return { role: 'assistant', content: null, tool_calls: [toolCall(one)] };
    if (one.kind === 'result') return { role: 'tool', tool_call_id: one.id, content: one.text };
    return { role: one.kind, content: one.text };
  });
  const message =
    answer.kind === 'call'
      ? { role: 'assistant', content: null, tool_calls: [toolCall(answer)] }
      : { role: 'assistant', content: answer.text };
  return {
    at,
    body: { model: name, user, messages: [...system.map((content) => ({ role: 'system', content })), ...messages] },
    answer: {
      id: responseId,
      model: name,
      choices: [{ index: 0, message, finish_reason: answer.kind === 'call' ? 'tool_calls' : 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
    },
  };
}

function inMessages({ at, user, sent, wraps, answer, name, responseId }: Sending, system: readonly string[]): ProviderCall {
  const use = (one: Said & { id?: string }): object => ({
    type: 'tool_use',
    id: one.id,
    name: 'look_up',
    input: JSON.parse(one.text) as object,
  });
  const messages = sent.map((one) => {
    if (one.kind === 'call') return { role: 'assistant', content: [use(one)] };
    if (one.kind === 'result') return { role: 'user', content: [{ type: 'tool_result', tool_use_id: one.id, content: one.text }] };
    return { role: one.kind, content: one.kind === 'user' && wraps ? REMINDER + one.text : one.text };
  });
  const call = messagesCall(at, messages, answer.text, { user, ...(system.length > 0 ? { system: system.join('\n') } : {}) });
  const content = answer.kind === 'call' ? [use(answer)] : [{ type: 'text', text: answer.text }];
  return { ...call, body: { ...call.body, model: name }, answer: { ...call.answer, id: responseId, model: name, content } };
}

function inResponses(
  { at, user, sent, answer, name, responseId, previous }: Sending,
  system: readonly string[],
  isStateful: boolean,
): ProviderCall {
  const asked = (one: Said & { id?: string }): object => ({ type: 'function_call', call_id: one.id, name: 'look_up', arguments: one.text });
  const written = (text: string): object => ({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text, annotations: [] }],
  });
  const input = sent.map((one) => {
    if (one.kind === 'call') return asked(one);
    if (one.kind === 'result') return { type: 'function_call_output', call_id: one.id, output: one.text };
    return one.kind === 'assistant' ? written(one.text) : { role: 'user', content: one.text };
  });
  const output = answer.kind === 'call' ? asked(answer) : written(answer.text);
  return {
    at,
    path: '/v1/responses',
    body: {
      model: name,
      safety_identifier: user,
      ...(system.length > 0 ? { instructions: system.join('\n') } : {}),
      input: isStateful && previous !== undefined ? input.slice(-1) : input,
      ...(isStateful && previous !== undefined ? { previous_response_id: previous } : {}),
    },
    answer: {
      id: responseId,
      object: 'response',
      status: 'completed',
      model: name,
      output: [output],
      usage: { input_tokens: 9, output_tokens: 4, total_tokens: 13 },
    },
  };
}

/** Traffic of many people, each with several conversations at once, in order of time. */
export function* traffic(seed: number, people: number, conversations: number): Generator<TrafficRequest> {
  const roll = seeded(seed);
  for (let person = 0; person < people; person++) {
    const user = `person-${seed}-${person}`;
    let at = person;
    const waiting = Array.from({ length: conversations }, (_, n) => converse(`c${seed}x${person}x${n}`, user, roll));
    const open = waiting.splice(0, 2);
    while (open.length > 0) {
      const one = open[Math.floor(roll() * open.length)]!;
      const { value, done } = one.next();
      at += 5 + Math.floor(roll() ** 4 * 4_000);
      if (done !== true) yield { ...value, call: value.call(at) };
      else {
        open.splice(open.indexOf(one), 1);
        open.push(...waiting.splice(0, 1));
      }
    }
  }
}
