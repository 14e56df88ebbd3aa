// clew token create --role R [--user U]: a token of a running control plane.
import { parseArgs } from 'node:util';
import { UsageError } from './io.ts';
import { problemOf, serverClient } from './server-client.ts';

export const help = `clew token create --role admin|engineer|product|auditor|user|ingest [--user PSEUDONYM] [--name TEXT] [--url URL] [--token ADMIN]
clew token list | revoke ID
  Tokens of the running control plane; the secret is printed once. Needs an admin token (--token, CLEW_TOKEN or CLEW_ADMIN_TOKEN).`;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      role: { type: 'string' },
      user: { type: 'string' },
      name: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    },
  });
  const [action, id] = positionals;
  const server = serverClient(values);
  const { role, user, name } = values;
  const answer = await (() => {
    if (action === 'create' && role !== undefined) return server.request('POST', '/v1/tokens', JSON.stringify({ role, user, name }));
    if (action === 'list') return server.request('GET', '/v1/tokens');
    if (action === 'revoke' && id !== undefined) return server.request('DELETE', `/v1/tokens/${encodeURIComponent(id)}`);
    throw new UsageError(help);
  })();
  if (!answer) throw new UsageError(`Nothing listens at ${server.url}. Start the control plane with npm start, or give --url.`);
  if (answer.status >= 400) throw new UsageError(`${problemOf(answer.json)} (HTTP ${answer.status})`);
  process.stdout.write(`${JSON.stringify(answer.json ?? { revoked: id })}\n`);
  return 0;
}
