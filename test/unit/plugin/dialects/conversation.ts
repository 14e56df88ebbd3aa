// One abstract conversation, and how each dialect writes it: the ground of the claim that digests know no dialect.
import fc from 'fast-check';

export type Turn =
  | { readonly who: 'user'; readonly texts: readonly string[]; readonly image: string | undefined }
  | { readonly who: 'assistant'; readonly texts: readonly string[]; readonly calls: readonly Call[] }
  | { readonly who: 'tool'; readonly id: string; readonly text: string };

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((value) => value.trim() !== '' && !/[<#]/.test(value));
const name = fc.constantFrom('search', 'read_file', 'book');
const args = fc.dictionary(
  fc.string({ maxLength: 5 }),
  fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
  {
    maxKeys: 3,
  },
);
const base64 = fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('base64'));

const user = fc.record({ texts: fc.array(text, { minLength: 1, maxLength: 2 }), image: fc.option(base64, { nil: undefined }) });
const assistant = fc.record({
  texts: fc.array(text, { minLength: 1, maxLength: 2 }),
  calls: fc.array(
    fc.record({ name, args, result: fc.string({ maxLength: 12 }).filter((value) => !value.includes('<') && !value.startsWith('#')) }),
    { maxLength: 2 },
  ),
});

export const conversation: fc.Arbitrary<readonly Turn[]> = fc
  .array(fc.record({ user, assistant }), { minLength: 1, maxLength: 4 })
  .map((rounds) =>
    rounds.flatMap(({ user: asked, assistant: said }, round): Turn[] => {
      const calls = said.calls.map((one, index) => ({ id: `call_${round}_${index}`, name: one.name, args: one.args }));
      const results = said.calls.map((one, index): Turn => ({ who: 'tool', id: `call_${round}_${index}`, text: one.result }));
      return [{ who: 'user', ...asked }, { who: 'assistant', texts: said.texts, calls }, ...results];
    }),
  );

export function toChat(turns: readonly Turn[]): unknown {
  return {
    model: 'm',
    messages: turns.map((turn) => {
      if (turn.who === 'tool') return { role: 'tool', tool_call_id: turn.id, content: turn.text };
      if (turn.who === 'user') {
        const image = turn.image === undefined ? [] : [{ type: 'image_url', image_url: { url: `data:image/png;base64,${turn.image}` } }];
        return { role: 'user', content: [...turn.texts.map((value) => ({ type: 'text', text: value })), ...image] };
      }
      const tool_calls = turn.calls.map((one) => ({
        id: one.id,
        type: 'function',
        function: { name: one.name, arguments: JSON.stringify(one.args, null, 1) },
      }));
      return { role: 'assistant', content: turn.texts.join(''), ...(tool_calls.length > 0 && { tool_calls }) };
    }),
  };
}

export function toResponses(turns: readonly Turn[]): unknown {
  return {
    model: 'm',
    input: turns.flatMap((turn): unknown[] => {
      if (turn.who === 'tool') return [{ type: 'function_call_output', call_id: turn.id, output: turn.text }];
      if (turn.who === 'user') {
        const image =
          turn.image === undefined ? [] : [{ type: 'input_image', image_url: `data:image/jpeg;base64,${turn.image}`, detail: 'auto' }];
        return [{ role: 'user', content: [...turn.texts.map((value) => ({ type: 'input_text', text: value })), ...image] }];
      }
      return [
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'opaque' },
        {
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: turn.texts.map((value) => ({ type: 'output_text', text: value, annotations: [] })),
        },
        ...turn.calls.map((one) => ({ type: 'function_call', call_id: one.id, name: one.name, arguments: JSON.stringify(one.args) })),
      ];
    }),
  };
}

export function toGemini(turns: readonly Turn[]): unknown {
  const contents: { role: string; parts: unknown[] }[] = [];
  const add = (role: string, parts: unknown[]): void => {
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts: [...parts] });
  };
  for (const turn of turns) {
    if (turn.who === 'tool') {
      const response = turn.text === '' ? {} : { result: turn.text };
      add('user', [{ functionResponse: { id: turn.id, name: 'tool', response } }]);
    } else if (turn.who === 'user') {
      const image = turn.image === undefined ? [] : [{ inlineData: { mimeType: 'image/png', data: turn.image } }];
      add('user', [...turn.texts.map((text) => ({ text })), ...image]);
    } else {
      add('model', [
        { text: 'I should think first.', thought: true },
        ...turn.texts.map((text) => ({ text })),
        ...turn.calls.map((one) => ({ functionCall: { name: one.name, args: one.args } })),
      ]);
    }
  }
  return { contents };
}

export function toCohere(turns: readonly Turn[]): unknown {
  return {
    model: 'm',
    messages: turns.map((turn) => {
      if (turn.who === 'tool')
        return { role: 'tool', tool_call_id: turn.id, content: [{ type: 'document', document: { data: { text: turn.text } } }] };
      if (turn.who === 'user') {
        const image = turn.image === undefined ? [] : [{ type: 'image_url', image_url: { url: `data:image/png;base64,${turn.image}` } }];
        return { role: 'user', content: [...turn.texts.map((text) => ({ type: 'text', text })), ...image] };
      }
      const tool_calls = turn.calls.map(({ id, name, args }) => ({
        id,
        type: 'function',
        function: { name, arguments: JSON.stringify(args) },
      }));
      const content = [{ type: 'thinking', thinking: 'I should think first.' }, ...turn.texts.map((text) => ({ type: 'text', text }))];
      return { role: 'assistant', tool_plan: 'I will look it up.', content, ...(tool_calls.length > 0 && { tool_calls }) };
    }),
  };
}

export function toAnthropic(turns: readonly Turn[]): unknown {
  const messages: { role: string; content: unknown[] }[] = [];
  const add = (role: string, blocks: unknown[]): void => {
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else messages.push({ role, content: [...blocks] });
  };
  for (const turn of turns) {
    if (turn.who === 'tool') {
      add('user', [{ type: 'tool_result', tool_use_id: turn.id, content: [{ type: 'text', text: turn.text }] }]);
    } else if (turn.who === 'user') {
      const image =
        turn.image === undefined ? [] : [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: turn.image } }];
      add('user', [...turn.texts.map((value) => ({ type: 'text', text: value, cache_control: { type: 'ephemeral' } })), ...image]);
    } else {
      const calls = turn.calls.map((one) => ({ type: 'tool_use', id: one.id, name: one.name, input: one.args }));
      add('assistant', [
        { type: 'thinking', thinking: 'hm', signature: 's' },
        ...turn.texts.map((value) => ({ type: 'text', text: value })),
        ...calls,
      ]);
    }
  }
  return { model: 'm', max_tokens: 9, messages };
}

type Said = Extract<Turn, { who: 'assistant' }>;

/** The answer as chat chunks, cut at every character. */
export function chatChunks(said: Said): object[] {
  const chunk = (delta: object, finish_reason: string | null = null): object => ({
    id: 'c',
    model: 'ran',
    choices: [{ index: 0, delta, finish_reason }],
  });
  const calls = said.calls.flatMap((one, index) => [
    chunk({ tool_calls: [{ index, id: one.id, type: 'function', function: { name: one.name, arguments: '' } }] }),
    ...Array.from(JSON.stringify(one.args)).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
  const texts = Array.from(said.texts.join('')).map((piece) => chunk({ content: piece }));
  return [chunk({ role: 'assistant', content: said.calls.length > 0 ? null : '' }), ...texts, ...calls, chunk({}, 'stop')];
}

/** The answer as Anthropic events. */
export function anthropicEvents(said: Said): object[] {
  const events: object[] = [
    { type: 'message_start', message: { id: 'msg', model: 'ran', content: [], usage: { input_tokens: 1, output_tokens: 1 } } },
    { type: 'ping' },
  ];
  const block = (index: number, content_block: object, deltas: readonly object[]): object[] => [
    { type: 'content_block_start', index, content_block },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
  events.push(
    ...block(0, { type: 'thinking', thinking: '' }, [
      { type: 'thinking_delta', thinking: 'hm' },
      { type: 'signature_delta', signature: 's' },
    ]),
  );
  said.texts.forEach((value, at) =>
    events.push(
      ...block(
        1 + at,
        { type: 'text', text: '' },
        Array.from(value).map((piece) => ({ type: 'text_delta', text: piece })),
      ),
    ),
  );
  said.calls.forEach((one, at) => {
    const pieces = Object.keys(one.args).length === 0 ? [''] : Array.from(JSON.stringify(one.args));
    const deltas = pieces.map((piece) => ({ type: 'input_json_delta', partial_json: piece }));
    events.push(...block(1 + said.texts.length + at, { type: 'tool_use', id: one.id, name: one.name, input: {} }, deltas));
  });
  return [...events, { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }, { type: 'message_stop' }];
}

/** The answer as events of the responses dialect; without the closing event's output when `hollow`. */
export function responsesEvents(said: Said, hollow: boolean): object[] {
  const message = {
    type: 'message',
    id: 'm1',
    role: 'assistant',
    content: said.texts.map((value) => ({ type: 'output_text', text: value })),
  };
  const calls = said.calls.map((one) => ({
    type: 'function_call',
    id: `fc_${one.id}`,
    call_id: one.id,
    name: one.name,
    arguments: JSON.stringify(one.args),
  }));
  const output = [message, ...calls];
  const deltas = [
    { type: 'response.output_item.added', output_index: 0, item: { ...message, content: [] } },
    ...said.texts.map((delta) => ({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta })),
    ...calls.flatMap((item, at) => [
      { type: 'response.output_item.added', output_index: at + 1, item: { ...item, arguments: '' } },
      ...Array.from(item.arguments).map((delta) => ({ type: 'response.function_call_arguments.delta', output_index: at + 1, delta })),
    ]),
  ];
  const closing = { type: 'response.completed', response: { id: 'r', model: 'ran', status: 'completed', output: hollow ? [] : output } };
  return [{ type: 'response.created', response: { id: 'r', model: 'ran', status: 'in_progress', output: [] } }, ...deltas, closing];
}
