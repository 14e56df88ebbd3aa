// What may be kept of a request. The gateway decided first; the control plane's policy can only make it stricter.
import type { Match, Policy, Sample } from '#contract';

export type Mode = 'full' | 'topic_only' | 'metadata_only' | 'off';

const STRICTNESS: Readonly<Record<Mode, number>> = { full: 0, topic_only: 1, metadata_only: 2, off: 3 };

/** The stricter of what the sample says and what the first matching rule of the policy says. */
export function modeOf(policy: Policy, sample: Sample): Mode {
  const rule = (policy.routes ?? []).find(({ match }) => isMatch(match, sample));
  const own: Mode = rule?.mode ?? policy.mode ?? 'full';
  const given: Mode = sample.mode ?? 'full';
  return STRICTNESS[own] > STRICTNESS[given] ? own : given;
}

export function isMatch(match: Match, sample: Sample): boolean {
  const facts: Readonly<Record<keyof Match, string | undefined>> = {
    route: sample.gateway?.route,
    service: sample.gateway?.service,
    consumer: sample.gateway?.consumer,
    model: sample.model?.requested,
    dialect: sample.dialect,
  };
  return (Object.keys(facts) as (keyof Match)[]).every((key) => {
    const glob = match[key];
    return glob === undefined || (facts[key] !== undefined && isGlobMatch(glob, facts[key]));
  });
}

/** Linear in practice: each run between two stars is searched once, from left to right. */
export function isGlobMatch(glob: string, text: string): boolean {
  const parts = glob.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return glob === text;
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let position = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found === -1 || found + part.length > end) return false;
    position = found + part.length;
  }
  return true;
}
