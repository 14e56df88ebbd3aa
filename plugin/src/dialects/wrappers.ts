// Text that known clients put around what the user wrote. It changes from call to call (dates, open files, reminders),
// so it must break no history chain, and nobody asked it. Only wrappers of known clients are taken off: a tag that a
// user made up is the user's text. One pass each; hostile text of unclosed tags stays linear.

/** Blocks that go, with what is in them. */
const REMOVED = new Set([
  'system-reminder',
  'system_reminder',
  'environment_context',
  'environment_details',
  'environment_info',
  'workspace_info',
  'user_info',
  'user_instructions',
  'additional_data',
  'open_and_recently_viewed_files',
  'project_layout',
  'git_status',
  'ide_opened_file',
  'ide_selection',
  'ide_diagnostics',
  'editorContext',
  'reminderInstructions',
  'attachments',
  'local-command-caveat',
]);

/** Blocks whose inside is what the user wrote, when they end the message. */
const QUERIES = ['userRequest', 'user_query', 'user_request'];

/** Preambles up to a fixed heading; the user's text follows it. */
const PREAMBLES: readonly (readonly [start: string, mark: string])[] = [
  ['# Context from my IDE setup:', '## My request for Codex:'],
  ['# Files mentioned by the user:', '## My request for Codex:'],
  ['### Task:\nRespond to the user query using the provided context', '</context>'],
];

/** The message without fixed client wrappers; '' when there was nothing else in it. */
export function stripWrappers(text: string): string {
  if (!text.includes('<') && !text.startsWith('#')) return text;
  const bare = afterPreamble(removeBlocks(text));
  return innerQuery(bare) ?? bare;
}

function removeBlocks(text: string): string {
  const kept: string[] = [];
  const unclosed = new Set<string>();
  let keptTo = 0;
  let at = text.indexOf('<');
  while (at !== -1) {
    const name = tagName(text, at);
    let next = at + 1;
    if (name !== undefined && !unclosed.has(name)) {
      const closing = `</${name}>`;
      const end = text.indexOf(closing, at);
      if (end === -1) {
        unclosed.add(name);
      } else {
        kept.push(text.slice(keptTo, at));
        keptTo = end + closing.length;
        next = keptTo;
      }
    }
    at = text.indexOf('<', next);
  }
  if (keptTo === 0) return text;
  kept.push(text.slice(keptTo));
  return kept.join('').trim();
}

const LONGEST_NAME = Math.max(...[...REMOVED].map((name) => name.length));

function tagName(text: string, at: number): string | undefined {
  const end = text.slice(at + 1, at + 2 + LONGEST_NAME).indexOf('>');
  const name = end === -1 ? '' : text.slice(at + 1, at + 1 + end);
  return REMOVED.has(name) ? name : undefined;
}

function afterPreamble(text: string): string {
  for (const [start, mark] of PREAMBLES) {
    if (!text.startsWith(start)) continue;
    const at = text.lastIndexOf(mark);
    const rest = at === -1 ? '' : text.slice(at + mark.length).trim();
    if (rest !== '') return rest;
  }
  return text;
}

function innerQuery(text: string): string | undefined {
  const trimmed = text.trimEnd();
  for (const name of QUERIES) {
    const closing = `</${name}>`;
    if (!trimmed.endsWith(closing)) continue;
    const opening = `<${name}>`;
    const at = trimmed.lastIndexOf(opening);
    // In the middle of a line it is something that the user quotes.
    if (at > 0 && trimmed[at - 1] !== '\n') continue;
    if (at !== -1) return trimmed.slice(at + opening.length, -closing.length).trim();
  }
  return undefined;
}

/** Thinking that models without a field for it write ahead of their answer, and that clients cut before sending it back. */
export function stripThinking(text: string): string {
  const trimmed = text.trimStart();
  for (const [opening, closing] of [
    ['<think>', '</think>'],
    ['<details type="reasoning"', '</details>'],
  ] as const) {
    const end = trimmed.startsWith(opening) ? trimmed.indexOf(closing) : -1;
    if (end !== -1) return trimmed.slice(end + closing.length);
  }
  return text;
}
