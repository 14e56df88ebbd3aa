// Ways to send the first request, for copying. The gateway stands beside the page unless someone moved it.

export interface Snippet {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

const GATEWAY_PORT = 8788;

export function snippets(page: { readonly origin: string; readonly hostname: string }): readonly Snippet[] {
  const gateway = `http://${page.hostname}:${GATEWAY_PORT}`;
  return [
    {
      id: 'curl',
      name: 'curl',
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
      text: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${gateway}/v1' });
await client.chat.completions.create({
  model: 'gpt-4o-mini',
  user: 'first-user',
  messages: [{ role: 'user', content: 'What is a clew?' }],
});`,
    },
    {
      id: 'kong',
      name: 'Kong',
      text: `# kong.yml; deploy/kong/README.md tells how Kong loads the plugin
plugins:
  - name: clew
    config:
      control_plane_url: ${page.origin}
      token: "{vault://env/clew-token}"
      hash_key: "{vault://env/clew-hash-key}"`,
    },
  ];
}
