// A conversation id that the client or the application declared. It is kept as declared where it stands in a header or
// the body, so that people find it again, and hashed where it is a credential or holds personal data.
import { shortHash, type SessionPolicy } from '#contract';
import type { BaggageMember } from '../trace/baggage.ts';

export interface DeclaredSession {
  readonly id: string;
  readonly source: string;
  readonly shared?: boolean;
}

export interface SessionFacts {
  readonly headers: Readonly<Record<string, string>>;
  readonly baggage: readonly BaggageMember[];
  readonly body: (path: string) => string | undefined;
  /** Conversation ids that the dialect knows, by path, tried after those of the policy. */
  readonly declaredIds: Readonly<Record<string, string>>;
}

const DEFAULT_HEADERS = ['x-session-id', 'x-conversation-id', 'x-litellm-session-id', 'session_id', 'conversation_id'];
const DEFAULT_BODY = ['conversation', 'conversation.id', 'metadata.session_id', 'metadata.conversation_id'];
const VENDOR_HEADER = /^x-[a-z0-9]+(?:-[a-z0-9]+)*-session-id$/;
const BAGGAGE_KEY = 'gen_ai.conversation.id';
const MAX_ID = 256;

/**
 * `mayStand` says whether a text may leave as it is (no personal data found in it); one that may not, or that is too
 * long, is hashed, which links as well.
 */
export function findSession(
  policy: SessionPolicy | undefined,
  facts: SessionFacts,
  key: Uint8Array,
  mayStand: (text: string) => boolean,
): DeclaredSession | undefined {
  for (const [source, value, isSecret] of candidates(policy, facts)) {
    const text = value?.trim() ?? '';
    if (text === '') continue;
    const stands = !isSecret && text.length <= MAX_ID && mayStand(text);
    const isShared = (policy?.shared ?? []).some((name) => name.toLowerCase() === source.toLowerCase());
    return { id: stands ? text : `h_${shortHash(key, text)}`, source: source.slice(0, 128), ...(isShared ? { shared: true } : {}) };
  }
  return undefined;
}

type Candidate = readonly [source: string, value: string | undefined, isSecret: boolean];

function* candidates(policy: SessionPolicy | undefined, facts: SessionFacts): Generator<Candidate> {
  for (const name of policy?.headers ?? DEFAULT_HEADERS) {
    const lower = name.toLowerCase();
    yield [`header:${lower}`, facts.headers[lower], false];
  }
  for (const name of Object.keys(facts.headers)) {
    if (VENDOR_HEADER.test(name)) yield [`header:${name}`, facts.headers[name], false];
  }
  yield [`baggage:${BAGGAGE_KEY}`, facts.baggage.find(({ key }) => key === BAGGAGE_KEY)?.value, false];
  for (const path of policy?.body ?? DEFAULT_BODY) yield [`body:${path}`, facts.body(path), false];
  for (const [path, value] of Object.entries(facts.declaredIds)) yield [`body:${path}`, value, false];
  for (const name of policy?.cookies ?? []) yield [`cookie:${name}`, readCookie(facts.headers['cookie'], name), true];
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}
