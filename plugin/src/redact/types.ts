// Pattern redaction: pure, linear-time, the same on both sides of the wire.
import type { Original, RedactionPolicy } from '#contract';

/** A value found, in UTF-16 units of the text given. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  /** EMAIL_ADDRESS, CREDIT_CARD, PHONE_NUMBER, IBAN_CODE, US_SSN, IP_ADDRESS, API_KEY, JWT, PRIVATE_KEY, URL_CREDENTIALS, … */
  readonly type: string;
}

export interface Redacted {
  readonly text: string;
  /** Ordered, not overlapping, offsets in the input. */
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<string, number>>;
  /** Where the policy is `reversible`: what pseudonyms stand for, each token once. Never leaves in the clear. */
  readonly originals?: readonly Original[] | undefined;
  /** Input offset of an offset of the redacted text: within a replacement, the start of what it replaced. */
  toInput(offset: number): number;
}

export interface RedactorOptions {
  readonly policy?: RedactionPolicy | undefined;
  /** Types that the policy's list of allowed values does not excuse, whatever a value looks like on its own. */
  readonly always?: readonly string[] | undefined;
  /** Key of pseudonyms and hashes: the same value of one subject gives the same token. Required where the policy uses them. */
  readonly key?: Uint8Array | undefined;
  /** Binds pseudonyms to a subject, where a call names none. */
  readonly subject?: string | undefined;
}

export interface Redactor {
  /** Version of rules and policy, for Sample.redaction.rules. */
  readonly rules: string;
  /** `subject` binds pseudonyms to whom the text belongs to: one redactor serves many. */
  readonly redact: (text: string, subject?: string) => Redacted;
  /** Every string in a JSON value (keys stay but count as context), for tool arguments and metadata. Never throws. */
  readonly redactJson: (value: unknown, subject?: string) => { readonly value: unknown; readonly counts: Readonly<Record<string, number>> };
}

export type CreateRedactor = (options?: RedactorOptions) => Redactor;

/** Why a redactor cannot be made. The message names the rule, never a user's content. */
export class RedactionError extends Error {
  override readonly name = 'RedactionError';
  readonly code: 'key_missing' | 'unsafe_pattern';

  constructor(code: RedactionError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Redacts a text that arrives in pieces: the pieces that come out, joined, equal the redaction of the pieces that went in, joined. */
export interface StreamRedactor {
  /** Text that is safe to pass on; '' while a value may still be growing. */
  push(chunk: string): string;
  /** The rest. Nothing may be pushed afterwards. */
  end(): string;
  /** Findings so far, by type. */
  readonly counts: Readonly<Record<string, number>>;
}
