// clew erase --user U: forget a person, with a receipt.
import { parseArgs } from 'node:util';
import { pseudonym, tenantKeys } from '#contract';
import { UsageError } from './io.ts';
import { problemOf, serverClient } from './server-client.ts';

export const help = `clew erase --user U [--key SECRET [--tenant T]] [--url URL] [--token ADMIN]
  Erases a person in the tenant and environment of the token, and prints the receipt: what was removed by class, what a scan of
  all places found afterwards (nothing, or the command fails), and where copies may be that nothing can reach. U is a pseudonym
  (p_…), or the user as the gateways see them where the control plane knows their CLEW_HASH_KEY. --key makes the pseudonym here,
  as clew import --key does. Safe to call again.`;

export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      user: { type: 'string' },
      key: { type: 'string' },
      tenant: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    },
  });
  const given = values.user?.trim() ?? '';
  if (given === '') throw new UsageError(help);
  const user = values.key === undefined ? given : pseudonym(tenantKeys(values.key, values.tenant ?? 'default').principal, given);
  const server = serverClient(values);
  const answer = await server.request('DELETE', `/v1/users/${encodeURIComponent(user)}`);
  if (!answer) throw new UsageError(`Nothing listens at ${server.url}. Start the control plane with npm start, or give --url.`);
  if (answer.status >= 400) throw new UsageError(`${problemOf(answer.json)} (HTTP ${answer.status})`);
  const receipt = answer.json as { readonly removed: Readonly<Record<string, number>> };
  if (Object.values(receipt.removed).every((count) => count === 0)) {
    process.stderr.write('Nothing was stored of this user. Is it the id that the gateways see, and the right tenant and environment?\n');
  }
  process.stdout.write(`${JSON.stringify(receipt)}\n`);
  return 0;
}
