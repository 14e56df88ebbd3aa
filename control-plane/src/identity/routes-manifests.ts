// GET /v1/manifests: what is approved. Gateways poll it with If-None-Match.
import { canonicalDigest } from '#contract';
import type { JsonSchema, Route } from '../kernel/index.ts';
import type { LiveManifests } from './manifests/live.ts';

const ITEM: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string', description: 'Name of the manifest' },
    revision: { type: 'string' },
    digest: { type: 'string', description: 'SHA-256 of its canonical bytes (RFC 8785)' },
    manifest: { type: 'object' },
  },
};

export function manifestRoutes(live: LiveManifests): Route[] {
  return [
    {
      method: 'get',
      path: '/v1/manifests',
      permission: 'policies:read',
      summary: 'All manifests in force. Gateways poll it with If-None-Match.',
      success: {
        status: 200,
        description: 'Every manifest; 304 when If-None-Match names the set',
        schema: {
          type: 'object',
          properties: {
            items: { type: 'array', items: ITEM },
            next: { type: 'null' },
            set: { type: 'string', description: 'Digest of all of them' },
            signature: { type: 'object', description: 'DSSE envelope over set and its number; absent where the set is not signed' },
          },
        },
      },
      handle: ({ header }) => {
        const { digest: set, manifests } = live.current();
        const signature = live.signature();
        const etag = `"${set}${signature ? `.${canonicalDigest(signature).slice(0, 16)}` : ''}"`;
        const headers = { ETag: etag, 'Cache-Control': 'private, no-cache' };
        if (isNamed(header('if-none-match'), etag)) return Promise.resolve({ status: 304, headers });
        const items = manifests.map(({ manifest, digest }) => ({ id: manifest.name, revision: manifest.revision, digest, manifest }));
        return Promise.resolve({ status: 200, headers, json: { items, next: null, set, ...(signature ? { signature } : {}) } });
      },
    },
  ];
}

/** RFC 9110 13.1.2: a list, weak marks ignored. */
const isNamed = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === etag);
