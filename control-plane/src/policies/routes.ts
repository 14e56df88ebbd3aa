import type { Route } from '../kernel/index.ts';
import type { LivePolicy } from './live.ts';
import { changeRoutes, type ChangeParts } from './routes-change.ts';
import { policySchema } from './schema.ts';

export function policyRoutes(parts: ChangeParts & { readonly live: LivePolicy }): Route[] {
  const { live } = parts;
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
        const etag = `"${digest}"`;
        const headers = { ETag: etag, 'Cache-Control': 'private, no-cache' };
        const isKnown = matches(header('if-none-match'), etag);
        return Promise.resolve(isKnown ? { status: 304, headers } : { status: 200, headers, json: policy });
      },
    },
  ];
}

/** RFC 9110 13.1.2: a list, weak marks ignored. */
function matches(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === etag);
}
