import { useState } from 'react';
import { listRoles, listTokens, revokeToken, type Role, type Token } from '../api/privacy.ts';
import { useResource } from '../api/use-resource.ts';
import { goBack } from '../route/navigate.ts';
import { listAddress } from '../route/url.ts';
import { Badge } from '../ui/badge.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { ago, dateTime, shortId } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useDoing } from '../ui/use-doing.ts';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { NewTokenDialog } from './new-token-dialog.tsx';

const POLL_MS = 30_000;

/** Tokens of machines and what roles may do: made, seen in use, revoked. */
export function TokensView() {
  const { data, problem, reload } = useResource('tokens', listTokens, POLL_MS);
  const roles = useResource('roles', listRoles);
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  useTitle('Tokens');
  useKeys({ Escape: () => goBack(listAddress()) });
  if (data === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={6} label="Loading tokens" />;
  return (
    <div className="privacy">
      <section className="filters" aria-label="About">
        <h1 className="page-title">Tokens</h1>
        <button type="button" className="button" onClick={() => setMaking(true)} disabled={roles.data === undefined}>
          New token …
        </button>
      </section>
      {problem && <ProblemNote problem={problem} slim />}
      {data.items.length === 0 ? (
        <p className="nothing">No token is stored. The one of the settings (CLEW_ADMIN_TOKEN) is not listed.</p>
      ) : (
        <Tokens items={data.items} onRevoke={setRevoking} />
      )}
      {roles.data && <Roles items={roles.data.items} />}
      <NewTokenDialog roles={roles.data?.items ?? []} isOpen={isMaking} onClose={() => setMaking(false)} onDone={reload} />
      <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} onDone={reload} />
    </div>
  );
}

function Tokens({ items, onRevoke }: { readonly items: readonly Token[]; readonly onRevoke: (token: Token) => void }) {
  const now = useNow();
  return (
    <Listing label="Tokens" className="tokens-table" columns={['Token', 'Role', 'Bound to', figures('Last used'), figures('Ends'), '']}>
      {items.map((token) => (
        <TokenRow key={token.id} token={token} nowMs={now} onRevoke={() => onRevoke(token)} />
      ))}
    </Listing>
  );
}

function TokenRow({ token, nowMs, onRevoke }: { readonly token: Token; readonly nowMs: number; readonly onRevoke: () => void }) {
  const isOver = token.expiresAt !== null && Date.parse(token.expiresAt) <= nowMs;
  return (
    <li className="row">
      <div className="cell-token">
        <strong>{token.name ?? 'without a name'}</strong>
        <span className="muted mono">{token.id}</span>
      </div>
      <div title={token.permissions.join(', ')}>
        {token.role} {token.permissions.includes('reveal:write') && <Badge tone="warn">may reveal</Badge>}
        {isOver && <Badge>ended</Badge>}
      </div>
      <div className="cell-bound">
        {token.tenant}/{token.environment}
        {token.user !== null && <span className="muted"> {shortId(token.user, 14)}</span>}
      </div>
      <div className="number">
        <span className="narrow-only">last used </span>
        {token.lastUsedAt === null ? (
          <span className="muted">never</span>
        ) : (
          <time dateTime={token.lastUsedAt} title={dateTime(token.lastUsedAt)}>
            {ago(token.lastUsedAt, nowMs)}
          </time>
        )}
      </div>
      <div className="number">
        <span className="narrow-only">ends </span>
        {token.expiresAt === null ? (
          <span className="muted">not by itself</span>
        ) : (
          <time dateTime={token.expiresAt}>{dateTime(token.expiresAt)}</time>
        )}
      </div>
      <div className="number">
        <button type="button" className="button" onClick={onRevoke} aria-label={`Revoke ${token.name ?? token.id}`}>
          Revoke …
        </button>
      </div>
    </li>
  );
}

function Roles({ items }: { readonly items: readonly Role[] }) {
  return (
    <section aria-labelledby="roles-title">
      <h2 id="roles-title" className="findings-title">
        Roles
      </h2>
      <p className="hint">
        Roles are fixed, so this table is all there is to check. Rights of the last column come with no role: a token has them only where it
        was made with them by name.
      </p>
      <div className="scroll-x" role="region" aria-label="Roles and permissions" tabIndex={0}>
        <table className="small-table privacy-table">
          <thead>
            <tr>
              <th scope="col">Role</th>
              <th scope="col">May</th>
              <th scope="col">By name only</th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ id, permissions, onRequest }) => (
              <tr key={id}>
                <th scope="row">{id}</th>
                <td className="permissions">{permissions.join(', ')}</td>
                <td>{onRequest.length === 0 ? <span className="muted">–</span> : onRequest.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface RevokeProps {
  readonly token: Token | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function RevokeDialog({ token, onClose, onDone }: RevokeProps) {
  const { problem, clear, run } = useDoing();
  const close = (): void => {
    clear();
    onClose();
  };
  const submit = (): Promise<boolean> =>
    run(async () => {
      if (token === undefined) return;
      await revokeToken(token.id);
      onDone();
    });
  return (
    <Confirm isOpen={token !== undefined} title="Revoke this token?" action="Revoke" onClose={close} onConfirm={submit}>
      <p className="consequence">
        {token?.name ?? token?.id} is worth nothing from that moment: whatever uses it is refused. It cannot be taken back.
      </p>
      {problem && <ProblemNote problem={problem} slim />}
    </Confirm>
  );
}
