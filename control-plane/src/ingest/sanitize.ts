// Everything in a sample besides prompt and answer that a sender could have put a person's data into. The gateway
// redacted already; other senders may not have.
import { createHmac } from 'node:crypto';
import { secretKey, type CompositionPart, type Sample } from '#contract';
import type { Redactor } from '#redact';

/**
 * The sample with every free text redacted, but for prompt and answer and the envelope of an attestation, which is kept only
 * where it is proven. Identifiers keep their identity: what looks personal becomes a keyed hash.
 */
export function sanitize(sample: Sample, redactor: Redactor, key: Uint8Array): Sample {
  const text = (value: string): string => redactor.redact(value).text;
  const identifier = (value: string): string => sanitizeIdentifier(value, redactor, key);
  const part = (value: CompositionPart): CompositionPart =>
    change(value, {
      role: text,
      name: text,
      source: text,
      template: (template) => change(template, { manifest: text, variables: (variables) => variables.map(part) }),
    });
  const { composition } = sample;
  return change(sample, {
    correlationId: identifier,
    session: (session) => change(session, { id: identifier, source: text }),
    principal: (principal) => change(principal, { id: identifier, source: text }),
    call: (call) =>
      change(call, {
        responseId: identifier,
        previousResponseId: identifier,
        // Keyed hashes, where the sender keeps to the contract.
        toolCalls: (ids) => ids.map(identifier),
        toolResults: (ids) => ids.map(identifier),
        toolInputs: (ids) => ids.map(identifier),
        firstMessage: identifier,
        summaries: (ids) => ids.map(identifier),
      }),
    history: (history) => change(history, { keyId: identifier }),
    sampling: (sampling) => change(sampling, { rule: text, policy: text }),
    gateway: (gateway) => change(gateway, { instance: text, route: text, service: text, consumer: identifier }),
    provider: text,
    model: (model) => change(model, { requested: text, executed: text, fingerprint: identifier }),
    parameters: (parameters) => redactor.redactJson(parameters).value as NonNullable<Sample['parameters']>,
    status: (status) => change(status, { finishReason: text }),
    error: (error) => change(error, { type: text, code: text }),
    guardrails: (guardrails) => guardrails.map((guardrail) => change(guardrail, { name: text })),
    redaction: ({ counts, rules }) => ({ counts: countsOfTypes(counts), ...(rules === undefined ? {} : { rules: text(rules) }) }),
    ...(composition === undefined
      ? {}
      : {
          composition: () =>
            change(composition, {
              instructions: (parts) => parts.map(part),
              tools: (parts) => parts.map(part),
              context: (parts) => parts.map(part),
              responseFormat: part,
              input: part,
              output: part,
              retrieval: (retrieval) =>
                change(retrieval, {
                  selected: (documents) => documents.map((one) => change(one, { source: text })),
                  discarded: (documents) => documents.map((one) => change(one, { source: text })),
                }),
              routing: part,
              declared: (declared) => change(declared, { manifests: (names) => names.map(text) }),
              variant: text,
              upstream: (upstream) => change(upstream, { reason: text }),
              attempts: (attempts) => attempts.map((attempt) => change(attempt, { model: text, reason: text })),
            }),
        }),
  });
}

/** An identifier as it is stored. */
export function sanitizeIdentifier(value: string, redactor: Redactor, key: Uint8Array): string {
  if (redactor.redact(value).findings.length === 0) return value;
  return `h_${createHmac('sha256', secretKey(key)).update(value).digest('hex').slice(0, 32)}`;
}

type Changes<T> = { readonly [K in keyof T]?: (value: NonNullable<T[K]>) => T[K] };

/** A copy whose named fields went through a function; absent ones stay absent. */
function change<T extends object>(value: T, changes: Changes<T>): T {
  const copy = { ...value };
  for (const key of Object.keys(changes) as (keyof T)[]) {
    const current = copy[key];
    const to = changes[key] as ((value: unknown) => T[keyof T]) | undefined;
    if (current !== undefined && current !== null && to) copy[key] = to(current);
  }
  return copy;
}

/** Keys are names of types; anything else could be text. */
function countsOfTypes(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([type]) => /^[A-Z][A-Z0-9_]{1,40}$/.test(type)));
}
