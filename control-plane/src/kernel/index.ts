// Foundations without domain words: time, chance, errors, logs, scope, events.
export { systemClock, type Clock } from './clock.ts';
export { randomHex, systemRandomness, type Randomness } from './random.ts';
export { silentLogger, type LogFields, type Logger } from './logger.ts';
export { ClewError, ERRORS, type CatalogueEntry, type ErrorCode } from './errors.ts';
export { scopeKey, type Scope } from './scope.ts';
export type { DomainEvent, EventHandler } from './events.ts';
export type { ApiReply, ApiRequest, Caller, JsonSchema, QueryParameter, Route } from './route.ts';
export { timeOf } from './time.ts';
export { rangeOf, type Range } from './range.ts';
export { createDoorbell, type Doorbell } from './doorbell.ts';
export { createBuckets, type Buckets } from './buckets.ts';
export { errorFields } from './error-fields.ts';
export { actorOf, AUDIT_KINDS, subjectDigest, type AuditEntry, type AuditKind, type AuditTrail, type AuditValue } from './audit.ts';
export { criticalValue, discoveries, discoveryRates, mean, seeded, twoSided, wilsonInterval } from './statistics.ts';
export { isStepped, stepped, stepsOf, vectorOf, type Steps } from './steps.ts';
