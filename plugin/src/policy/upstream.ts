// Where a policy wants the provider to read stand-ins for personal values.
import type { Policy } from '#contract';
import { isMatch, type MatchFacts } from './match.ts';

/** True when some rule asks for it. Cheap: asked for each request. */
export const mayAskForStandIns = ({ routes }: Policy): boolean => routes?.some(({ upstream }) => upstream === 'pseudonyms') ?? false;

/** The first rule that matches and says anything decides. `facts`: what is known before the provider is called. */
export function asksForStandIns({ routes }: Policy, facts: Pick<MatchFacts, 'route' | 'service'>): boolean {
  return routes?.find(({ match, upstream }) => upstream !== undefined && isMatch(match, facts))?.upstream === 'pseudonyms';
}
