// clew token create --role R [--user U]: a token of a running control plane.
import { parseArgs } from 'node:util';
import { UsageError } from './io.ts';
import { problemOf, serverClient } from './server-client.ts';

export const help = `clew token create --role admin|engineer|product|auditor|user|ingest|alerting [--user PSEUDONYM | --subject USER] [--name TEXT]
                  [--days N] [--permission P …] [--tenant T] [--environment E] [--url URL] [--token ADMIN]
clew token list | revoke ID
  Tokens of the running control plane; the secret is printed once. Needs an admin token (--token, CLEW_TOKEN or CLEW_ADMIN_TOKEN).
  --subject names the user as the gateways see them; the control plane must know their CLEW_HASH_KEY. --permission narrows
  the token to what is named. Other tenants and environments need the first admin token. docs/ACCESS.md says more.`;

const DAY_MS = 86_400_000;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      role: { type: 'string' },
      user: { type: 'string' },
      subject: { type: 'string' },
      name: { type: 'string' },
      days: { type: 'string' },
      permission: { type: 'string', multiple: true },
      tenant: { type: 'string' },
      environment: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    },
  });
  const [action, id] = positionals;
  const server = serverClient(values);
  const { role, user, subject, name, tenant, environment } = values;
  const fields = { role, user, subject, name, tenant, environment, permissions: values.permission, expiresAt: expiryOf(values.days) };
  const answer = await (() => {
    if (action === 'create' && role !== undefined) return server.request('POST', '/v1/tokens', JSON.stringify(fields));
    if (action === 'list') return server.request('GET', '/v1/tokens');
    if (action === 'revoke' && id !== undefined) return server.request('DELETE', `/v1/tokens/${encodeURIComponent(id)}`);
    throw new UsageError(help);
  })();
  if (!answer) throw new UsageError(`Nothing listens at ${server.url}. Start the control plane with npm start, or give --url.`);
  if (answer.status >= 400) throw new UsageError(`${problemOf(answer.json)} (HTTP ${answer.status})`);
  process.stdout.write(`${JSON.stringify(answer.json ?? { revoked: id })}\n`);
  return 0;
}

function expiryOf(days: string | undefined): string | undefined {
  if (days === undefined) return undefined;
  if (!/^\d{1,4}$/.test(days) || Number(days) === 0) throw new UsageError('--days takes a whole number from 1 to 9999');
  return new Date(Date.now() + Number(days) * DAY_MS).toISOString();
}
