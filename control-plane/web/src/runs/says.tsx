import type { Source } from '../api/runs.ts';
import { Badge, type Tone } from '../ui/badge.tsx';

const SAYS: Readonly<Record<Source, readonly [text: string, tone: Tone, meaning: string]>> = {
  gateway: ['seen at the gateway', 'good', 'The gateway had it in its hands'],
  provider: ['stated by the provider', 'accent', "From the provider's answer; what happened inside the provider nobody outside sees"],
  application: ['stated by the application', 'plain', 'The application declares it; nobody checked it'],
};

/** Who vouches for what a field says. */
export function Says({ who }: { readonly who: Source | undefined }) {
  if (who === undefined) return null;
  const [text, tone, meaning] = SAYS[who];
  return (
    <Badge tone={tone} title={meaning}>
      {text}
    </Badge>
  );
}
