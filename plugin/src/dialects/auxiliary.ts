// Calls that a client makes for itself: titles, summaries, suggestions. They must not count as turns; a user's turn
// must not be lost as one of them. So what a user writes is matched against the fixed beginnings of known clients'
// templates only, and the wider patterns hold for instructions alone, in calls that carry next to no conversation.
import type { LlmRequest, Message } from './types.ts';
import { stripWrappers } from './wrappers.ts';

type Auxiliary = Exclude<LlmRequest['auxiliary'], undefined>;

/** How much of a text is looked at: templates announce themselves early. */
const HEAD = 1500;
/** A real system prompt that mentions titles among a thousand other things is longer than a title generator's. */
const LONGEST_TASK = 6000;
const MOST_MESSAGES = 3;
const MOST_INSTRUCTIONS = 4;

/** Beginnings of templates of known clients, in a user message or an instruction. Bounded repeats keep them linear. */
const TEMPLATES: readonly (readonly [Auxiliary, RegExp])[] = [
  ['title', /^#+ task:\s{0,9}generate a concise,? .{0,20}title/],
  ['title', /^(?:please )?(?:generate|provide|write) a concise,? (?:\d-word-or-less|\d[-–]\d word|\d word) title (?:for|of|summari)/],
  ['title', /^analyze if this message indicates a new conversation topic/],
  ['title', /^analyze this conversation and provide:\s{0,5}1\. the detected language/],
  ['title', /^summarize this coding conversation in under/],
  [
    'title',
    /^generate a (?:very )?(?:short|concise|brief),? (?:and )?(?:descriptive |relevant )?title .{0,40}(?:this|the|a) (?:conversation|chat)/,
  ],
  ['suggestions', /^#+ task:\s{0,9}suggest \d[-–]\d (?:relevant )?follow-up/],
  ['suggestions', /^#+ task:\s{0,9}generate \d[-–]\d broad tags/],
  ['suggestions', /^#+ task:\s{0,9}you are an autocompletion system/],
  ['suggestions', /^\[suggestion mode:/],
  ['other', /^#+ task:\s{0,9}analyze the chat history to determine the necessity of generating search queries/],
  ['other', /^(?:given|use) the following conversation and a follow[- ]up (?:question|input),? rephrase the follow[- ]up/],
  ['other', /^your task is to reflect the speaker's likely facial expression/],
  ['summary', /^progressively summarize the lines of conversation/],
  ['summary', /^create a summary of the conversation above/],
  ['summary', /^this is (?:a )?summary of the conversation to date:[^]{0,1400}extend the summary/],
  ['summary', /^distill the above chat messages into a single summary/],
  ['summary', /^your task is to create a detailed summary of (?:the|this|our) conversation so far/],
  ['summary', /^you have been working on the task described above but have not yet completed it.{0,40}write a continuation summary/],
  [
    'summary',
    /^write a summary of the following\. try to use only the information provided\. try to include as many key details as possible\.\s{0,9}(?:human|assistant): /,
  ],
  [
    'summary',
    /^the following is a conversation between the user and assistant\. write a concise summary about the contents of this conversation/,
  ],
  ['moderation', /^task: check if there is unsafe content in/],
];

/** Instructions of calls whose whole purpose is one of these. */
const INSTRUCTIONS: readonly (readonly [Auxiliary, RegExp])[] = [
  [
    'title',
    /\byou are an? (?:expert )?(?:(?:conversation|chat) title (?:generator|writer)|title (?:generator|writer)\b[^]{0,300}\b(?:conversation|chat)\b)/,
  ],
  [
    'title',
    /\b(?:generat(?:e|ing)|creat(?:e|ing)|writ(?:e|ing)|come up with|provid(?:e|ing)) (?:a |an |the )?[^.\n]{0,50}\btitles? (?:for|of|that|summari[sz]ing|based on)\b[^.\n]{0,60}\b(?:conversation|chat|thread)/,
  ],
  [
    'summary',
    /\b(?:your (?:sole )?(?:task|objective|job)[^.\n]{0,40} is to|you are tasked with) (?:summari[sz]e|summari[sz]ing|compact|compacting|extract(?:ing)?)[^.\n]{0,80}\b(?:conversation|chat) (?:history|so far)/,
  ],
  ['summary', /\bcontext extraction assistant\b/],
  [
    'suggestions',
    /\b(?:generate|suggest|propose) (?:\w+ |\d ?[-–]? ?\d? ?)?(?:relevant |short |possible )?follow[- ]up (?:questions|prompts|messages) (?:that )?(?:the|a) user/,
  ],
];

/** What the call is for, where that is certain enough. */
export function auxiliaryOf(instructions: readonly Message[], messages: readonly Message[]): Auxiliary | undefined {
  const newest = messages.at(-1);
  const wanted = newest?.role === 'user' ? match(TEMPLATES, stripWrappers(newest.text)) : undefined;
  if (wanted) return wanted;
  if (messages.length > MOST_MESSAGES || instructions.length > MOST_INSTRUCTIONS) return undefined;
  for (const instruction of instructions) {
    if (instruction.text.length > LONGEST_TASK) continue;
    const found = match(TEMPLATES, instruction.text) ?? match(INSTRUCTIONS, instruction.text);
    if (found) return found;
  }
  return undefined;
}

function match(patterns: readonly (readonly [Auxiliary, RegExp])[], text: string): Auxiliary | undefined {
  const head = headOf(text);
  return patterns.find(([, pattern]) => pattern.test(head))?.[0];
}

function headOf(text: string): string {
  return text.slice(0, HEAD).trimStart().toLowerCase();
}

const SUMMARIES = [
  /^this session is being continued from a previous conversation/,
  /^another language model started to solve this problem and produced a summary/,
  /^(?:\[?system (?:note|message)[:\]]?\s{0,3})?(?:here is |here's |below is |the following is |this is )?(?:a |the )?(?:brief |concise |running |rolling )?summary of (?:the |our |this |your )?(?:conversation|chat|discussion|previous|prior|earlier)[^\n]{0,60}[:\n]/,
  /^(?:previous |prior |earlier )?(?:conversation|chat)(?: history)? summary[^\n]{0,40}[:\n]/,
  /^<(?:conversation_)?summary>/,
  /^\[(?:conversation|chat|earlier|previous)[^\]\n]{0,40}summar[^\]\n]{0,40}\]/,
  /^the (?:conversation|messages|earlier conversation) (?:so far|before this point|above|history) (?:was|were|has been|have been) (?:summari[sz]ed|compacted|condensed)/,
];

/** The oldest message, or an instruction, reads like the stand-in of dropped messages. */
export function startsWithSummary(instructions: readonly Message[], messages: readonly Message[]): boolean {
  const candidates = [...instructions.slice(0, 8), ...messages.slice(0, 1)];
  return candidates.some(({ text }) => {
    const head = headOf(stripWrappers(text));
    return SUMMARIES.some((pattern) => pattern.test(head));
  });
}
