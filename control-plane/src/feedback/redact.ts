// Comments pass both redactions, as prompts do; ids are matched as they are stored.
import type { Redactor } from '#redact';
import { sanitizeIdentifier } from '../ingest/index.ts';
import type { FeedbackRedactor } from './ports.ts';

/** What the policy decides of redaction at the moment. */
export interface Redactions {
  readonly redactor: Redactor;
  readonly names: { redact(texts: readonly string[], subjects?: readonly string[]): Promise<readonly { readonly text: string }[]> };
}

export function feedbackRedactor(current: () => Redactions, secret: Uint8Array): FeedbackRedactor {
  return {
    async texts(texts, subjects) {
      const { redactor, names } = current();
      const patterns = texts.map((text, index) => redactor.redact(text, subjects[index]).text);
      return (await names.redact(patterns, subjects)).map(({ text }) => text);
    },
    identifier: (value) => sanitizeIdentifier(value, current().redactor, secret),
  };
}
