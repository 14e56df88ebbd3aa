// What the companion scripts hand over in Kong's shared context: a chat and how it was answered.
export const chat = (content: string) => ({ model: 'gpt-4o', user: 'zoe', messages: [{ role: 'user', content }] });
export const requestTable = (body: unknown, headers: Record<string, string> = {}) => ({
  v: 1,
  method: 'POST',
  path: '/v1/chat/completions',
  scheme: 'http',
  host: 'api.openai.com',
  client_ip: '127.0.0.1',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
  body_bytes: 1,
  body_truncated: false,
  started_ms: Date.now(),
});
export const answerBody = (text: string) =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'gpt-4o-2024-08-06',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  });
export const outcomeTable = (decision: unknown, body: string | Uint8Array, headers: Record<string, string> = {}) => ({
  v: 1,
  run_id: (decision as { run_id: string }).run_id,
  status: 200,
  response_headers: { 'content-type': 'application/json', ...headers },
  body,
  body_bytes: body.length,
  body_truncated: false,
  started_ms: Date.now() - 20,
  upstream_ms: Date.now() - 18,
  first_byte_ms: Date.now() - 5,
  ended_ms: Date.now(),
  aborted: false,
  route: { id: '1', name: 'chat' },
  tries: [],
});
