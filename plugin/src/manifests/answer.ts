// What the client is told of a verdict: names of ours and places in the request, nothing that was sent.
import type { CompanionDecision } from '#contract';
import type { GuardVerdict } from './guard.ts';

const VERDICT_HEADER = 'clew-verdict';
const PROBLEM = 'https://clew.dev/problems/not-approved';
const MAX_SHOWN = 50;

/** A structured header (RFC 8941): `drifted;manifest="support";revision="2026-11-01";differences=2`. */
export function verdictHeader({ verdict, manifest, differences }: GuardVerdict): Record<string, string> {
  const text = (value: string): string => `"${value.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
  const parameters = [`manifest=${text(manifest.name)}`, `revision=${text(manifest.revision)}`, `differences=${differences.length}`];
  return { [VERDICT_HEADER]: [verdict, ...parameters].join(';') };
}

/** 403 problem+json (RFC 9457). */
export function refusalOf({ verdict, manifest, differences }: GuardVerdict, runId: string): NonNullable<CompanionDecision['exit']> {
  const { name, revision } = manifest;
  const body = {
    type: PROBLEM,
    title: 'The request is not what is approved here',
    status: 403,
    detail:
      verdict === 'unjudged'
        ? `Manifest ${name} (revision ${revision}) refuses requests that cannot be read`
        : `It differs from manifest ${name} (revision ${revision}) in the places listed`,
    instance: `urn:clew:run:${runId}`,
    manifest: name,
    revision,
    differences: differences.slice(0, MAX_SHOWN),
  };
  return { status: 403, body: JSON.stringify(body), headers: { 'content-type': 'application/problem+json' } };
}
