// Ids that a body declares. All of them are the client's word: whoever reads them namespaces them by tenant and user.
import { dig, get, parseJson } from './json.ts';

const CONVERSATION_PATHS = [
  ...['conversation', 'conversation.id', 'conversation_id', 'session_id', 'thread_id', 'chat_id', 'litellm_session_id'],
  ...['metadata.conversation_id', 'metadata.session_id', 'metadata.thread_id', 'metadata.chat_id', 'metadata.conversation'],
  ...['litellm_metadata.session_id', 'extra_body.session_id'],
];

const USER_PATHS = ['user', 'safety_identifier', 'metadata.user_id', 'metadata.user', 'user_profile_id'];

const MAX_ID = 256;

export interface Declared {
  readonly ids: Readonly<Record<string, string>>;
  readonly users: Readonly<Record<string, string>>;
}

export function readDeclared(body: unknown): Declared {
  const ids = collect(body, CONVERSATION_PATHS);
  const users = collect(body, USER_PATHS);
  const coding = codingSession(get(get(body, 'metadata'), 'user_id'));
  if (coding) {
    ids['metadata.user_id.session'] = coding.session;
    // The session is no part of who the user is: with it, each session would look like a new person.
    users['metadata.user_id'] = coding.user;
  }
  return { ids, users };
}

function collect(body: unknown, paths: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const path of paths) {
    const value = identifier(dig(body, path));
    if (value !== undefined) found[path] = value;
  }
  return found;
}

function identifier(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' && text.length <= MAX_ID ? text.toWellFormed() : undefined;
}

/** Coding agents pack user, account and session into metadata.user_id, joined by underscores or as JSON. */
function codingSession(value: unknown): { readonly user: string; readonly session: string } | undefined {
  if (typeof value !== 'string' || value.length > 1024) return undefined;
  const joined = /^(user_[A-Za-z0-9]+(?:_account_[A-Za-z0-9-]*)?)_session_([A-Za-z0-9-]{8,64})$/.exec(value);
  if (joined?.[1] && joined[2]) return { user: joined[1], session: joined[2] };
  if (!value.startsWith('{')) return undefined;
  const parsed = parseJson(value);
  if (!parsed.ok) return undefined;
  const session = identifier(get(parsed.value, 'session_id'));
  const user = identifier(get(parsed.value, 'account_uuid')) ?? identifier(get(parsed.value, 'device_id'));
  return session !== undefined && user !== undefined ? { user, session } : undefined;
}
