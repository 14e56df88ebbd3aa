// W3C Trace Context level 2, header tracestate: other vendors' members are opaque, passed on in order and never cut.
import { trimBlanks } from './traceparent.ts';

export interface TraceStateMember {
  readonly key: string;
  readonly value: string;
}

const MAX_MEMBERS = 32;
/** At least this much of other vendors' members is passed on. */
const MAX_CHARACTERS = 512;
/** Longer members go first when something has to go. */
const LARGE_MEMBER = 128;
const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** Several headers stand joined by commas. Empty when there is none, or when any member is not of the form. */
export function parseTracestate(header: string | undefined): readonly TraceStateMember[] {
  const members = new Map<string, TraceStateMember>();
  for (const part of (header ?? '').split(',')) {
    const text = trimBlanks(part);
    if (text === '') continue;
    const equals = text.indexOf('=');
    const key = text.slice(0, Math.max(0, equals));
    const value = text.slice(equals + 1);
    if (!KEY.test(key) || !VALUE.test(value)) return [];
    // The leftmost of two equal keys is the newer one.
    if (!members.has(key)) members.set(key, { key, value });
    if (members.size > MAX_MEMBERS) return [];
  }
  return [...members.values()];
}

/** Our member is leftmost, whatever it was before; whole members of others are left out until the rest fits. */
export function formatTracestate(members: readonly TraceStateMember[], own: TraceStateMember): string {
  const others = members.filter((member) => member.key !== own.key).map(write);
  while (joinedLength(others) > MAX_CHARACTERS) {
    const large = others.findLastIndex((text) => text.length > LARGE_MEMBER);
    others.splice(large === -1 ? others.length - 1 : large, 1);
  }
  return [write(own), ...others.slice(0, MAX_MEMBERS - 1)].join(',');
}

const write = (member: TraceStateMember): string => `${member.key}=${member.value}`;

function joinedLength(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 1, -1);
}
