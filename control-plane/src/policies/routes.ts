import type { VaultKey } from '#contract';
import type { Route } from '../kernel/index.ts';
import type { LivePolicy } from './live.ts';
import { changeRoutes, type ChangeParts } from './routes-change.ts';
import { policySchema } from './schema.ts';

/** @param parts `vaultKey`: what gateways seal original values for, where the policy is reversible */
export function policyRoutes(parts: ChangeParts & { readonly live: LivePolicy; readonly vaultKey?: VaultKey }): Route[] {
  const { live, vaultKey } = parts;
  return [
    ...changeRoutes(parts),
    {
      method: 'get',
      path: '/v1/policies',
      permission: 'policies:read',
      summary: 'The policy in force. Gateways poll it with If-None-Match.',
      success: { status: 200, description: 'The policy; 304 when If-None-Match names it', schema: policySchema() },
      handle: ({ header }) => {
        const { policy, digest } = live.current();
        const vault = policy.redaction?.reversible === true ? vaultKey : undefined;
        const etag = `"${digest}${vault === undefined ? '' : `.${vault.keyId}`}"`;
        const headers = { ETag: etag, 'Cache-Control': 'private, no-cache' };
        const isKnown = matches(header('if-none-match'), etag);
        return Promise.resolve(
          isKnown ? { status: 304, headers } : { status: 200, headers, json: vault === undefined ? policy : { ...policy, vault } },
        );
      },
    },
  ];
}

/** RFC 9110 13.1.2: a list, weak marks ignored. */
function matches(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === etag);
}
