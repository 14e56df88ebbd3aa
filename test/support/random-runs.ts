// Runs at random and their signed statements, for checks against implementations of others.
import fc from 'fast-check';
import { recordOf, signStatement, statementOf, type DsseEnvelope, type RunSource, type SigningKey } from '#contract';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length });

/** With any text in names, keys and values. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => value.toWellFormed()),
  fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.toWellFormed()),
);
const runs: fc.Arbitrary<RunSource> = fc.record({
  runId: hex(32),
  dialect: fc.constantFrom('openai.chat' as const, 'anthropic.messages' as const),
  model: fc.record({ requested: text, executed: text, evidence: fc.constant('response_body' as const) }),
  parameters: fc.dictionary(text, fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), text)),
  composition: fc.record({
    tools: fc.array(fc.record({ digest: hex(64), length: fc.nat(), name: text }), { maxLength: 4 }),
    variant: text,
  }),
});

/** The same for the same seed. */
export const randomStatements = (count: number, seed: number, key: SigningKey): DsseEnvelope[] =>
  fc.sample(runs, { numRuns: count, seed }).map((run, index) =>
    signStatement(
      statementOf(recordOf(run), {
        tenant: 'default',
        environment: 'default',
        observedAt: '2026-07-07T12:00:00.000Z',
        recordedBy: 'gateway',
        gateway: { kind: 'kong', epoch: '00000000000000aa', counter: index },
      }),
      key,
    ),
  );
