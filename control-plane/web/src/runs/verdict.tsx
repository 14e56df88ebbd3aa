import type { Verdict } from '../api/runs.ts';
import { Badge, type Tone } from '../ui/badge.tsx';

const TONES: Readonly<Record<Verdict, Tone>> = { matched: 'good', drifted: 'bad', undeclared: 'plain' };
const MEANING: Readonly<Record<Verdict, string>> = {
  matched: 'What the run was composed of is what a manifest declares',
  drifted: 'It differs from what a manifest declares',
  undeclared: 'No manifest covers this run',
};

export function VerdictBadge({ verdict }: { readonly verdict: Verdict }) {
  return (
    <Badge tone={TONES[verdict]} title={MEANING[verdict]}>
      {verdict}
    </Badge>
  );
}

/** What vouches for the model that answered. The provider's own answer does; a name that only the request gave does not. */
export function EvidenceBadge({ evidence }: { readonly evidence: string }) {
  const isProven = evidence === 'response_body' || evidence === 'stream_event' || evidence === 'response_header';
  return (
    <Badge tone={isProven ? 'accent' : 'plain'} title={isProven ? "Read from the provider's answer" : 'Nothing in the answer proves it'}>
      {isProven ? 'provider says' : evidence === 'gateway' ? 'gateway says' : 'not proven'}
    </Badge>
  );
}
