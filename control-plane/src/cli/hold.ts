// clew hold place | list | lift: legal holds of a running control plane.
import { parseArgs } from 'node:util';
import { UsageError } from './io.ts';
import { problemOf, serverClient } from './server-client.ts';

export const help = `clew hold place (--user U | --thread T | --all) --reason TEXT [--url URL] [--token ADMIN]
clew hold list [--all] | lift ID --reason TEXT
  Legal holds in the tenant and environment of the token: what one names is neither purged nor erased until it is lifted. U is a
  pseudonym (p_…), or the user as the gateways see them. place --all holds everything there; list --all shows lifted ones too.
  Each act stands in the audit log with its reason. docs/PRIVACY.md says more.`;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      user: { type: 'string' },
      thread: { type: 'string' },
      all: { type: 'boolean' },
      reason: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    },
  });
  const [action, id] = positionals;
  const server = serverClient(values);
  const { reason } = values;
  const answer = await (() => {
    if (action === 'place' && reason !== undefined) {
      return server.request('POST', '/v1/holds', JSON.stringify({ ...subjectOf(values), reason }));
    }
    if (action === 'list') return server.request('GET', `/v1/holds?state=${values.all === true ? 'all' : 'active'}`);
    if (action === 'lift' && id !== undefined && reason !== undefined) {
      return server.request('POST', `/v1/holds/${encodeURIComponent(id)}/lift`, JSON.stringify({ reason }));
    }
    throw new UsageError(help);
  })();
  if (!answer) throw new UsageError(`Nothing listens at ${server.url}. Start the control plane with npm start, or give --url.`);
  if (answer.status >= 400) throw new UsageError(`${problemOf(answer.json)} (HTTP ${answer.status})`);
  process.stdout.write(`${JSON.stringify(answer.json ?? { lifted: id })}\n`);
  return 0;
}

interface Subject {
  readonly user?: string | undefined;
  readonly thread?: string | undefined;
  readonly all?: boolean | undefined;
}

/** Exactly one of the three: a hold that was meant for one person must not fall on all. */
function subjectOf({ user, thread, all }: Subject): { readonly kind: string; readonly id?: string } {
  const given = [
    ...(user === undefined ? [] : [{ kind: 'user', id: user }]),
    ...(thread === undefined ? [] : [{ kind: 'thread', id: thread }]),
    ...(all === true ? [{ kind: 'scope' }] : []),
  ];
  const [subject] = given;
  if (given.length !== 1 || subject === undefined) throw new UsageError('hold place takes one of --user, --thread and --all');
  return subject;
}
