// Runs as the API shows them.
import type { JsonSchema } from '../kernel/index.ts';
import type { StoredRun } from './ports.ts';

export const TIME: JsonSchema = { type: 'string', format: 'date-time' };
export const RUN_ID: JsonSchema = { type: 'string', minLength: 32, maxLength: 32 };
export const VERDICTS = ['matched', 'drifted', 'undeclared'] as const;
export const VERDICT: JsonSchema = {
  enum: VERDICTS,
  description:
    'Against the declared manifests, when the run came in. "undeclared": no manifest covers the run; with no manifests loaded, that is every run.',
};

export const RUN_FIELDS: JsonSchema = {
  id: { ...RUN_ID, description: 'Run id; 128 random bits, never a capability' },
  requestId: { type: 'string' },
  thread: { type: ['string', 'null'], description: 'Null once the metadata of the request is purged' },
  at: TIME,
  model: {
    type: 'object',
    properties: {
      requested: { type: ['string', 'null'] },
      executed: { type: ['string', 'null'] },
      evidence: { enum: ['response_body', 'stream_event', 'response_header', 'gateway', 'unknown'] },
    },
  },
  digest: { type: 'string', description: 'Lower-case hex SHA-256 of the canonical bytes (RFC 8785) of the record' },
  verdict: VERDICT,
  manifest: {
    type: ['object', 'null'],
    properties: { name: { type: 'string' }, revision: { type: 'string' }, digest: { type: 'string' } },
  },
  differences: { type: 'integer', description: 'How many there are between what is declared and what ran' },
  proof: {
    type: ['object', 'null'],
    description: 'Who signed, and the place in the log; null for runs from before there was a log',
    properties: {
      by: {
        enum: ['gateway', 'control-plane'],
        description: 'control-plane: the gateway did not sign; only changes after receipt would show',
      },
      keyId: { type: 'string' },
      index: { type: ['integer', 'null'] },
      refused: { type: 'string', description: "Why the gateway's own signature was not taken" },
    },
  },
};

export const DEVIATION: JsonSchema = {
  type: 'object',
  required: ['path', 'kind'],
  properties: {
    path: { type: 'string', description: 'JSON pointer into the record' },
    kind: { enum: ['changed', 'missing', 'unexpected', 'unproven', 'added', 'removed'] },
    expected: {},
    found: {},
    a: {},
    b: {},
  },
};

export function runSummary(run: StoredRun): Record<string, unknown> {
  const { requested, executed, evidence } = run.record.model;
  return {
    id: run.id,
    requestId: run.requestId,
    thread: run.threadId,
    at: new Date(run.atMs).toISOString(),
    model: { requested: requested ?? null, executed: executed ?? null, evidence },
    digest: run.digest,
    verdict: run.judgement.verdict,
    manifest: run.judgement.manifest,
    differences: run.judgement.differences.length,
    proof: run.signed && { ...run.signed, index: run.logIndex },
  };
}

type Source = 'gateway' | 'provider' | 'application';

/** Who says what a field of the run says. Of a model that the gateway named, no provider stated anything. */
export function provenanceOf({ record: { model } }: StoredRun): Readonly<Record<string, Source>> {
  return model.evidence === 'gateway' ? { ...PROVENANCE, '/model/executed': 'gateway' } : PROVENANCE;
}

/** Seen at the gateway, stated by the provider, or stated by the application. */
export const PROVENANCE: Readonly<Record<string, Source>> = {
  '/runId': 'gateway',
  '/dialect': 'gateway',
  '/model/requested': 'gateway',
  '/model/executed': 'provider',
  '/model/fingerprint': 'provider',
  '/model/evidence': 'gateway',
  '/parameters': 'gateway',
  '/history': 'gateway',
  '/composition/instructions': 'gateway',
  '/composition/tools': 'gateway',
  '/composition/context': 'gateway',
  '/composition/responseFormat': 'gateway',
  '/composition/input': 'gateway',
  '/composition/output': 'gateway',
  '/composition/declared': 'gateway',
  '/composition/attempts': 'gateway',
  '/composition/routing': 'gateway',
  '/composition/upstream': 'gateway',
  '/composition/variant': 'application',
  '/composition/retrieval': 'application',
};
