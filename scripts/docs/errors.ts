// The error catalogue as a page. What each means and what helps stands in the catalogue itself; some need more words.
import { ERRORS, type ErrorCode } from '../../control-plane/src/kernel/index.ts';
import { NOTE, page } from './markdown.ts';

/** When it is seen, where title and remedy leave that open. */
const SEEN: Readonly<Partial<Record<ErrorCode, string>>> = {
  unauthorized: 'The header is missing, or the token was revoked, has expired or belongs to another server.',
  forbidden: 'The token is valid, but its role lacks the permission that `detail` names; a `user` token asks for what is not its own.',
  not_found: 'The path or the id does not exist, or exists in another tenant or environment: the two look the same on purpose.',
  held: 'An erasure of somebody whom a legal hold names, alone or with everything of the environment. The refusal stands in the audit log.',
  invalid_sample: 'Told for each sample of a batch in `rejected`, with its index; the rest of the batch was taken.',
  invalid_feedback: 'Told for each item of a post in `rejected`, with its index; the rest of the post was taken.',
  text_not_kept:
    'A comment on a request whose words the policy does not keep, or on one that is not stored yet where a rule of the policy keeps none.',
  time_out_of_range: 'A sample claims a time far in the future or too long ago. Most often a clock that is wrong.',
  wrong_scope: 'A sample names a tenant or environment that its token is not bound to.',
  overloaded: 'More samples wait than `CLEW_JOURNAL_LIMIT` allows, or one sender is too fast. The plugin waits by itself.',
  unavailable: 'During the start, while models load, and while the process drains.',
  internal: 'The answer holds an incident id and nothing else; cause and stack stand beside that id in the log.',
  locked: 'A second `npm start`, a demo or a command was started on the same `CLEW_DATA`.',
  model_damaged: 'A file under `control-plane/models/` does not have its SHA-256: an interrupted checkout, or Git LFS left out.',
  key_lost:
    'At the start, where the folder `keys` was lost, or put back beside another database. A new key would silently make pseudonyms, signatures and sealed values worthless, so none is made.',
  config_invalid: 'The process ends with exit code 2 and names each key, what it takes, and what would follow.',
  policy_invalid: 'At the start, the process ends. Later, the last good policy stays in force and the log says so.',
};

export function errorsPage(): string {
  const entries = (Object.keys(ERRORS) as ErrorCode[]).map((code) => {
    const { status, title, remedy } = ERRORS[code];
    const seen = SEEN[code];
    return [`## ${code}`, `**${title}** (HTTP ${status}).${seen === undefined ? '' : ` ${seen}`}`, `Remedy: ${remedy}`].join('\n\n');
  });
  return page(
    NOTE,
    '# Errors',
    'Errors of the HTTP API are `application/problem+json` (RFC 9457): `type`, `title`, `status`, `code`, and where it helps `detail`. The command line prints the same titles and remedies on stderr. No error repeats what a user wrote.',
    ...entries,
  );
}
