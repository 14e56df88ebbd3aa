import { describe, expect, it } from 'vitest';
import { CHAT, request } from './support.ts';

const chat = (messages: readonly (readonly [string, string])[]): ReturnType<typeof request> =>
  request(CHAT, { messages: messages.map(([role, content]) => ({ role, content })) });

describe('auxiliary calls', () => {
  it.each([
    ['title', 'user', '### Task:\nGenerate a concise, 3-5 word title with an emoji.\n### Chat History:\n…'],
    ['title', 'user', 'Please generate a concise, 5-word-or-less title for the conversation, in its language.'],
    ['title', 'user', 'Provide a concise, 5-word-or-less title for the conversation.\n\nConversation: …'],
    ['title', 'user', 'Analyze this conversation and provide:\n1. The detected language\n2. A title'],
    ['suggestions', 'user', '### Task:\nSuggest 3-5 relevant follow-up questions'],
    ['suggestions', 'user', '### Task:\nGenerate 1-3 broad tags for the chat'],
    ['other', 'user', '### Task:\nAnalyze the chat history to determine the necessity of generating search queries'],
    ['other', 'user', 'Given the following conversation and a follow up question, rephrase the follow up question to stand alone.'],
    ['summary', 'user', 'Progressively summarize the lines of conversation provided, adding to the previous one.'],
    ['summary', 'user', 'Your task is to create a detailed summary of the conversation so far, with care.'],
    ['summary', 'user', 'Distill the above chat messages into a single summary message.'],
    ['summary', 'user', 'This is a summary of the conversation to date: bread.\n\nExtend the summary with the messages above.'],
    ['moderation', 'user', "Task: Check if there is unsafe content in 'User' messages"],
    ['title', 'system', 'You are a conversation title generator. Answer with the title.'],
    ['title', 'system', 'Generate a short title of at most five words that sums up this chat, e.g. a title for the conversation'],
    ['title', 'system', 'Write a brief title for this conversation.'],
    ['suggestions', 'system', 'Suggest three follow-up questions the user could ask next.'],
  ])('%s by a %s message: %s', (auxiliary, role, text) => {
    const messages = role === 'user' ? [['user', text] as const] : [['system', text] as const, ['user', 'How do I bake bread?'] as const];
    expect(chat(messages)).toMatchObject({ kind: 'auxiliary', auxiliary });
  });

  it.each([
    ['Generate a concise title for my blog post about bread'],
    ['Can you summarize the conversation I had with my boss? Here it is: …'],
    ['Write a title for this chapter and then the chapter'],
    ['What does "### Task: Generate a concise, 3-5 word title" mean in my logs?'],
    ['Suggest follow-up questions for an interview'],
  ])('leaves a user be: %s', (text) => {
    expect(
      chat([
        ['system', 'You are a helpful assistant.'],
        ['user', text],
      ]),
    ).toMatchObject({ kind: 'turn', auxiliary: undefined, prompt: text });
  });

  it('does not judge a long conversation, or a long system prompt, by a word in its instructions', () => {
    const instruction = 'You are a helpful assistant. Write a brief title for this conversation when asked.';
    const long = [
      ['system', instruction],
      ['user', 'a'],
      ['assistant', 'b'],
      ['user', 'c'],
      ['assistant', 'd'],
      ['user', 'e'],
    ] as const;
    expect(chat(long).kind).toBe('turn');
    expect(
      chat([
        ['system', instruction + ' '.repeat(6000) + 'x'],
        ['user', 'a'],
      ]).kind,
    ).toBe('turn');
  });

  it('takes a title writer for other things than conversations as an application', () => {
    expect(
      chat([
        ['system', 'You are a title generator for news articles.'],
        ['user', 'Storm hits coast'],
      ]).kind,
    ).toBe('turn');
  });
});

describe('summaries in place of dropped messages', () => {
  it.each([
    ['user', 'This session is being continued from a previous conversation that ran out of room.'],
    ['user', 'Here is a summary of the conversation to date:\n\nBread was baked.'],
    ['system', 'Summary of conversation earlier: bread was baked.'],
    ['user', '<system-reminder>Today is Monday</system-reminder>\nThis session is being continued from a previous conversation.'],
    ['assistant', '<summary>Bread was baked.</summary>'],
  ])('sees one in a %s message: %s', (role, text) => {
    expect(
      chat([
        [role, text],
        ['user', 'Go on'],
      ]).startsWithSummary,
    ).toBe(true);
  });

  it.each([['Summary of my thesis: bread'], ['Please write a summary of the conversation below'], ['hello']])('and none in: %s', (text) => {
    expect(chat([['user', text]]).startsWithSummary).toBe(false);
  });
});
