// Who sent a request and which conversation it declares, from the places that LiteLLM logs and the policy allows.
import { pseudonym, shortHash, type DeclaredSession, type Policy, type Principal, type PrincipalSource } from '#contract';
import type { LlmRequest } from '#dialects';
import type { LiteLlmEvent } from './event.ts';
import { isPackedUser } from './exchange.ts';
import { textOf } from './json.ts';

/** The most specific first, as at a gateway: one key often fronts thousands of people. */
const DEFAULT_SOURCES: readonly PrincipalSource[] = [
  { from: 'header:x-clew-user', trust: 'asserted' },
  { from: 'body:safety_identifier', trust: 'asserted' },
  { from: 'body:user', trust: 'asserted' },
  { from: 'body:metadata.user_id', trust: 'asserted' },
  { from: 'consumer', trust: 'shared' },
];

const MAX_IDENTIFIER = 1024;

/** The first source that yields a value counts; what is kept is the pseudonym that a gateway of the tenant would give. */
export function principalOf(event: LiteLlmEvent, request: LlmRequest | undefined, policy: Policy, key: Uint8Array): Principal | undefined {
  for (const { from, trust } of policy.principal?.sources ?? DEFAULT_SOURCES) {
    const value = readSource(from, event, request)?.trim() ?? '';
    if (value === '' || value.length > MAX_IDENTIFIER) continue;
    const claimed = trust ?? (from === 'consumer' || from === 'credential' ? 'authenticated' : 'asserted');
    // Whatever a policy calls it: without a key LiteLLM has checked nobody.
    const isChecked = event.key.hash !== undefined;
    return {
      id: pseudonym(key, value),
      source: from.slice(0, 128),
      trust: claimed === 'authenticated' && !isChecked ? 'asserted' : claimed,
    };
  }
  return undefined;
}

function readSource(from: string, event: LiteLlmEvent, request: LlmRequest | undefined): string | undefined {
  const [kind = '', name = ''] = /^([a-z]+):(.*)$/.exec(from)?.slice(1) ?? [from];
  switch (kind) {
    case 'consumer':
      return ownerOf(event);
    case 'credential':
      return event.key.hash;
    case 'header':
      return event.headers[name.toLowerCase()];
    case 'body':
      return fromBody(name, event, request);
    default:
      // LiteLLM logs no token, so there are no claims to read.
      return undefined;
  }
}

/** LiteLLM's name for "nobody in particular". */
const DEFAULT_USER = 'default_user_id';

/** Owner of the virtual key. */
export function ownerOf({ key }: LiteLlmEvent): string | undefined {
  return (key.user === DEFAULT_USER ? undefined : key.user) ?? key.alias ?? key.team ?? key.hash;
}

function fromBody(path: string, event: LiteLlmEvent, request: LlmRequest | undefined): string | undefined {
  const declared = request?.declaredUsers[path];
  if (declared !== undefined) return declared;
  // The end user that LiteLLM established (from a header, where it is so configured) stands for the body's.
  if (path === 'user') return event.endUser !== undefined && !isPackedUser(event.endUser) ? event.endUser : undefined;
  const value = path.startsWith('metadata.') ? event.metadata[path.slice('metadata.'.length)] : undefined;
  return typeof value === 'string' && !isPackedUser(value) ? value : undefined;
}

const DEFAULT_HEADERS = ['x-session-id', 'x-conversation-id', 'x-litellm-session-id', 'x-litellm-trace-id'];
const DEFAULT_BODY = ['conversation', 'conversation.id', 'metadata.session_id', 'metadata.conversation_id'];
const VENDOR_HEADER = /^x-[a-z0-9]+(?:-[a-z0-9]+)*-session-id$/;
const MAX_ID = 256;
const RANDOM_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** `mayStand` says whether a text may be kept as it is; one that may not is hashed, which links as well. */
export function sessionOf(
  event: LiteLlmEvent,
  request: LlmRequest | undefined,
  policy: Policy,
  key: Uint8Array,
  mayStand: (text: string) => boolean,
): DeclaredSession | undefined {
  for (const [source, value] of candidates(event, request, policy)) {
    const text = value?.trim() ?? '';
    if (text === '') continue;
    const stands = text.length <= MAX_ID && mayStand(text);
    const isShared = (policy.session?.shared ?? []).some((name) => name.toLowerCase() === source.toLowerCase());
    return { id: stands ? text : `h_${shortHash(key, text)}`, source: source.slice(0, 128), ...(isShared ? { shared: true } : {}) };
  }
  return undefined;
}

function* candidates(
  event: LiteLlmEvent,
  request: LlmRequest | undefined,
  policy: Policy,
): Generator<readonly [string, string | undefined]> {
  for (const name of [...(policy.session?.headers ?? []), ...DEFAULT_HEADERS]) {
    yield [`header:${name.toLowerCase()}`, event.headers[name.toLowerCase()]];
  }
  for (const name of Object.keys(event.headers)) if (VENDOR_HEADER.test(name)) yield [`header:${name}`, event.headers[name]];
  for (const path of policy.session?.body ?? DEFAULT_BODY) {
    const own = path.startsWith('metadata.') ? textOf(event.metadata[path.slice('metadata.'.length)]) : undefined;
    yield [`body:${path}`, request?.declaredIds[path] ?? own];
  }
  for (const [path, value] of Object.entries(request?.declaredIds ?? {})) yield [`body:${path}`, value];
  yield ['body:litellm_session_id', event.sessionId ?? declaredTraceId(event)];
}

/** Where nobody declared a session, LiteLLM makes up a random id for each call, which would tear every conversation apart. */
function declaredTraceId({ traceId }: LiteLlmEvent): string | undefined {
  return traceId !== undefined && !RANDOM_UUID.test(traceId) ? traceId : undefined;
}
