// Answers of providers as they look on the wire, made of pieces of text, and read again as a client reads them.

export interface Said {
  /** What the model says, in the pieces in which it comes. */
  readonly text: readonly string[];
  /** Arguments of a tool call, JSON, in pieces. */
  readonly args: readonly string[];
}

export interface Heard {
  readonly text: string;
  readonly args: string;
}

export interface AnswerForm {
  readonly name: string;
  readonly contentType: string;
  readonly write: (said: Said) => string;
  /** Every place of the answer that says it, each to be equal. */
  readonly read: (answer: string) => readonly Heard[];
}

type Json = Record<string, unknown>;
const JSON_TYPE = 'application/json; charset=utf-8';
const EVENTS_TYPE = 'text/event-stream';

const joined = ({ text, args }: Said): Heard => ({ text: text.join(''), args: args.join('') });
const events = (list: readonly (readonly [string | undefined, unknown])[]): string =>
  list.map(([name, data]) => `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`).join('');

/** The data of all events but [DONE]. */
const dataOf = (answer: string): Json[] =>
  answer
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => JSON.parse(line.slice(6)) as Json);

const typed = (data: Json): readonly [string, Json] => [String(data['type']), data];

const chat: AnswerForm = {
  name: 'chat',
  contentType: JSON_TYPE,
  write: (said) => {
    const { text, args } = joined(said);
    const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: args } };
    return JSON.stringify({
      id: 'c',
      choices: [{ index: 0, message: { role: 'assistant', content: text, tool_calls: [call] }, finish_reason: 'stop' }],
    });
  },
  read: (answer) => {
    const { choices } = JSON.parse(answer) as {
      choices: { message: { content: string; tool_calls: { function: { arguments: string } }[] } }[];
    };
    return choices.map(({ message }) => ({ text: message.content, args: message.tool_calls[0]!.function.arguments }));
  },
};

const chatStream: AnswerForm = {
  name: 'chat stream',
  contentType: EVENTS_TYPE,
  write: ({ text, args }) => {
    const chunk = (delta: Json, finish: string | null = null): readonly [undefined, Json] => [
      undefined,
      { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] },
    ];
    const call = (piece: string): Json => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] });
    const empty = [undefined, { id: 'c', choices: [], usage: null }] as const;
    const list = [
      chunk({ role: 'assistant', content: '' }),
      ...text.flatMap((piece, at) => (at % 3 === 1 ? [empty, chunk({ content: piece })] : [chunk({ content: piece })])),
      chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }] }),
      ...args.map((piece) => chunk(call(piece))),
      chunk({}, 'tool_calls'),
    ];
    return `${events(list)}data: [DONE]\n\n`;
  },
  read: (answer) => {
    let [text, args] = ['', ''];
    for (const data of dataOf(answer)) {
      const { delta } =
        (data['choices'] as { delta?: { content?: string; tool_calls?: { function: { arguments: string } }[] } }[])[0] ?? {};
      text += delta?.content ?? '';
      args += delta?.tool_calls?.[0]?.function.arguments ?? '';
    }
    return [{ text, args }];
  },
};

const responseOf = ({ text, args }: Heard): Json => ({
  id: 'r',
  object: 'response',
  output: [
    { type: 'message', id: 'm', role: 'assistant', content: [{ type: 'output_text', text, annotations: [] }] },
    { type: 'function_call', id: 'fc', call_id: 'call_1', name: 'f', arguments: args },
  ],
});

const heardOf = (response: Json): Heard => {
  const [message, call] = response['output'] as [{ content: { text: string }[] }, { arguments: string }];
  return { text: message.content[0]!.text, args: call.arguments };
};

const responses: AnswerForm = {
  name: 'responses',
  contentType: JSON_TYPE,
  write: (said) => JSON.stringify(responseOf(joined(said)), undefined, 2),
  read: (answer) => [heardOf(JSON.parse(answer) as Json)],
};

const responsesStream: AnswerForm = {
  name: 'responses stream',
  contentType: EVENTS_TYPE,
  write: (said) => {
    const all = joined(said);
    let number = 0;
    const of = (type: string, fields: Json) => typed({ type, sequence_number: number++, ...fields });
    const place = { item_id: 'm', output_index: 0, content_index: 0 };
    const call = { item_id: 'fc', output_index: 1 };
    return events([
      of('response.created', { response: { id: 'r', output: [] } }),
      ...said.text.map((delta) => of('response.output_text.delta', { ...place, delta, logprobs: [] })),
      of('response.output_text.done', { ...place, text: all.text }),
      ...said.args.map((delta) => of('response.function_call_arguments.delta', { ...call, delta })),
      of('response.function_call_arguments.done', { ...call, arguments: all.args }),
      of('response.completed', { response: responseOf(all) }),
    ]);
  },
  read: (answer) => {
    let [text, args] = ['', ''];
    const whole: Heard[] = [];
    for (const data of dataOf(answer)) {
      if (data['type'] === 'response.output_text.delta') text += data['delta'] as string;
      if (data['type'] === 'response.function_call_arguments.delta') args += data['delta'] as string;
      if (data['type'] === 'response.completed') whole.push(heardOf(data['response'] as Json));
    }
    const done = (type: string, field: string): string => dataOf(answer).find((data) => data['type'] === type)?.[field] as string;
    const said = { text: done('response.output_text.done', 'text'), args: done('response.function_call_arguments.done', 'arguments') };
    return [{ text, args }, said, ...whole];
  },
};

const messages: AnswerForm = {
  name: 'messages',
  contentType: JSON_TYPE,
  write: (said) => {
    const { text, args } = joined(said);
    const call = { type: 'tool_use', id: 'toolu_1', name: 'f', input: JSON.parse(args) as unknown };
    return JSON.stringify({ id: 'm', type: 'message', content: [{ type: 'text', text }, call] });
  },
  read: (answer) => {
    const { content } = JSON.parse(answer) as { content: { text?: string; input?: unknown }[] };
    return [{ text: content[0]!.text!, args: JSON.stringify(content[1]!.input) }];
  },
};

const messagesStream: AnswerForm = {
  name: 'messages stream',
  contentType: EVENTS_TYPE,
  write: ({ text, args }) =>
    events(
      [
        { type: 'message_start', message: { id: 'm', role: 'assistant', content: [], usage: { input_tokens: 1, output_tokens: 1 } } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        ...text.flatMap((piece, at) => [
          ...(at % 2 === 1 ? [{ type: 'ping' }] : []),
          { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } },
        ]),
        { type: 'content_block_stop', index: 0 },
        { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} } },
        ...args.map((piece) => ({ type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: piece } })),
        { type: 'content_block_stop', index: 1 },
        { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } },
        { type: 'message_stop' },
      ].map(typed),
    ),
  read: (answer) => {
    let [text, args] = ['', ''];
    for (const data of dataOf(answer)) {
      const delta = (data['delta'] ?? {}) as { text?: string; partial_json?: string };
      text += delta.text ?? '';
      args += delta.partial_json ?? '';
    }
    return [{ text, args }];
  },
};

export const ANSWER_FORMS: readonly AnswerForm[] = [chat, chatStream, responses, responsesStream, messages, messagesStream];
