import { canonicalDigest, POLICY_SIGNATURE_HEADER, type VaultKey } from '#contract';
import type { Route } from '../kernel/index.ts';
import type { LivePolicy } from './live.ts';
import type { PolicySigner } from './ports.ts';
import { changeRoutes, type ChangeParts } from './routes-change.ts';
import { policySchema } from './schema.ts';

/** @param parts `signer`: of what is served; `vaultKey`: what gateways seal original values for, where the policy is reversible */
export function policyRoutes(
  parts: ChangeParts & { readonly live: LivePolicy; readonly signer: PolicySigner; readonly vaultKey?: VaultKey },
): Route[] {
  const { live, signer, vaultKey } = parts;
  return [
    ...changeRoutes(parts),
    {
      method: 'get',
      path: '/v1/policies',
      permission: 'policies:read',
      summary: 'The policy in force. Gateways poll it with If-None-Match.',
      success: {
        status: 200,
        description: `The policy; 304 when If-None-Match names it. The header ${POLICY_SIGNATURE_HEADER} signs its digest (DSSE, base64).`,
        schema: policySchema(),
      },
      errors: ['unavailable'],
      handle: ({ header }) => {
        const { policy, digest } = live.current();
        const vault = policy.redaction?.reversible === true ? vaultKey : undefined;
        const etag = `"${digest}${vault === undefined ? '' : `.${vault.keyId}`}"`;
        const headers = { ETag: etag, 'Cache-Control': 'private, no-cache' };
        if (matches(header('if-none-match'), etag)) return Promise.resolve({ status: 304, headers });
        const json = vault === undefined ? policy : { ...policy, vault };
        const signature = signer.sign(canonicalDigest(json));
        return Promise.resolve({ status: 200, headers: { ...headers, [POLICY_SIGNATURE_HEADER]: signature }, json });
      },
    },
  ];
}

/** RFC 9110 13.1.2: a list, weak marks ignored. */
function matches(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === etag);
}
