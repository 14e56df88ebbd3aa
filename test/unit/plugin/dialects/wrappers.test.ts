import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripThinking, stripWrappers } from '../../../../plugin/src/dialects/wrappers.ts';
import { cpuTimer } from '../../../support/cpu-time.ts';

describe('client wrappers', () => {
  it.each([
    ['<system-reminder>\nA\n</system-reminder>\nHow are you?', 'How are you?'],
    ['How are you?\n<system-reminder>A</system-reminder><system-reminder>B</system-reminder>', 'How are you?'],
    ['<environment_context>\n<cwd>/x</cwd>\n</environment_context>', ''],
    ['<user_info>OS</user_info>\n<user_query>\nFix it\n</user_query>', 'Fix it'],
    [
      '<attachments>f</attachments>\n<context>\nDate\n</context>\n<reminderInstructions>r</reminderInstructions>\n<userRequest>\nFix it\n</userRequest>',
      'Fix it',
    ],
    ['# Context from my IDE setup:\n\n## Open tabs:\n- a.ts\n\n## My request for Codex:\nFix it', 'Fix it'],
    ['### Task:\nRespond to the user query using the provided context.\n<context>\nbread\n</context>\nWhat is bread?', 'What is bread?'],
  ])('come off: %j', (text, expected) => {
    expect(stripWrappers(text)).toBe(expected);
  });

  it.each([
    ['plain text'],
    ['<b>bold</b> and <context>mine</context>'],
    ['what does <system-reminder> do?'],
    ['the tag <user_query>x</user_query>'],
    ['<user_query>x</user_query> is what I mean'],
    ['# Context from my garden'],
    ['<system-reminders>x</system-reminders>'],
  ])('leave alone what is not one: %j', (text) => {
    expect(stripWrappers(text)).toBe(text);
  });

  it('make no difference to what is left, whatever they say', () => {
    const words = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[<#]/.test(text) && text.trim() !== '');
    fc.assert(
      fc.property(words, words, fc.constantFrom('system-reminder', 'environment_details', 'ide_selection'), (asked, said, tag) => {
        expect(stripWrappers(`<${tag}>${said}</${tag}>\n${asked}`)).toBe(asked.trim());
        expect(stripWrappers(`${asked}\n<${tag}>${said}</${tag}>`)).toBe(asked.trim());
      }),
    );
  });

  it('stay linear on unclosed tags', () => {
    const cpuMs = cpuTimer();
    for (const tag of ['<system-reminder>', '<', '</system-reminder>', '<user_query>', '<system-reminder></system-reminder>']) {
      expect(typeof stripWrappers(tag.repeat(Math.ceil(2_000_000 / tag.length)))).toBe('string');
    }
    expect(cpuMs()).toBeLessThan(8000);
  });
});

describe('thinking in the text', () => {
  it('comes off when it leads and is closed', () => {
    expect(stripThinking('\n<think>hm</think>Yes')).toBe('Yes');
    expect(stripThinking('<details type="reasoning" done="true">hm</details>\nYes')).toBe('\nYes');
    expect(stripThinking('Yes <think>hm</think>')).toBe('Yes <think>hm</think>');
    expect(stripThinking('<think>hm')).toBe('<think>hm');
  });
});
