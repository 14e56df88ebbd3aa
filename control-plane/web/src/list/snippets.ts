// Ways to send the first request, for copying. The gateway stands beside the page unless someone moved it.

export interface Snippet {
  readonly id: string;
  readonly name: string;
  /** What to do with it. */
  readonly how: string;
  readonly text: string;
}

const GATEWAY_PORT = 8788;

export function snippets(page: { readonly origin: string; readonly hostname: string }): readonly Snippet[] {
  const gateway = `http://${page.hostname}:${GATEWAY_PORT}`;
  return [
    {
      id: 'curl',
      name: 'curl',
      how: 'Through the trial gateway of npm run demo, which needs no key.',
      text: `curl ${gateway}/v1/chat/completions \\
  -H "Authorization: Bearer $OPENAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "gpt-4o-mini",
    "user": "first-user",
    "messages": [{"role": "user", "content": "What is a clew?"}]
  }'`,
    },
    {
      id: 'python',
      name: 'OpenAI, Python',
      how: 'Only the base URL changes.',
      text: `from openai import OpenAI

client = OpenAI(base_url="${gateway}/v1")
client.chat.completions.create(
    model="gpt-4o-mini",
    user="first-user",
    messages=[{"role": "user", "content": "What is a clew?"}],
)`,
    },
    {
      id: 'node',
      name: 'OpenAI, Node',
      how: 'Only the base URL changes.',
      text: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${gateway}/v1' });
await client.chat.completions.create({
  model: 'gpt-4o-mini',
  user: 'first-user',
  messages: [{ role: 'user', content: 'What is a clew?' }],
});`,
    },
    {
      id: 'anthropic',
      name: 'Anthropic',
      how: 'Only the base URL changes.',
      text: `from anthropic import Anthropic

client = Anthropic(base_url="${gateway}")
client.messages.create(
    model="claude-sonnet-4-5",
    max_tokens=200,
    metadata={"user_id": "first-user"},
    messages=[{"role": "user", "content": "What is a clew?"}],
)`,
    },
    {
      id: 'kong',
      name: 'Kong',
      how: 'In kong.yml, beside the companion that deploy/kong/kong.yml holds. The token has the role ingest.',
      text: `plugins:
  - name: clew
    config:
      control_plane_url: ${page.origin}
      token: "{vault://env/clew-token}"
      hash_key: "{vault://env/clew-hash-key}"`,
    },
    {
      id: 'litellm',
      name: 'LiteLLM',
      how: "In the proxy's config.yaml; deploy/litellm/config.yaml is a whole one, with redaction. The token has the role ingest.",
      text: `litellm_settings:
  callbacks: [clew]

callback_settings:
  clew:
    callback_type: generic_api
    endpoint: ${page.origin}/v1/litellm/logs
    headers:
      Authorization: os.environ/CLEW_AUTHORIZATION # Bearer TOKEN
    max_retries: 5
    retry_delay: 1`,
    },
  ];
}
