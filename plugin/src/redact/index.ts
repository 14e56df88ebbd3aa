// The redactor's door: patterns with validation, in linear time, pure; the same on both sides of the wire.
export { createRedactor } from './redactor.ts';
export { createStandIns, type StandInOptions, type StandInWriter } from './stand-in.ts';
export { createStreamRedactor } from './stream.ts';
export { applyFindings, mergeFindings, type Applied, type Replacement } from './findings.ts';
export { unsafePatternReason } from './pattern.ts';
export { createReplacement, REPLACEMENT_FORM } from './replace.ts';
export {
  RedactionError,
  type CreateRedactor,
  type Finding,
  type Redacted,
  type Redactor,
  type RedactorOptions,
  type StreamRedactor,
} from './types.ts';
