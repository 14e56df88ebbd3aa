// What is observed, sampled, redacted and kept: policy files, judged and served.
export { openPolicy, type LivePolicy } from './live.ts';
export { faultLine, PolicyError, readPolicy, type LoadedPolicy, type PatternCheck, type PolicyFault, type PolicyReading } from './read.ts';
export { embedRateOf, isEmbedded } from './embed-rate.ts';
export { isPurposeMissing, keepsText } from './purpose.ts';
export { DEFAULT_DAYS } from './retention-days.ts';
export { modeOf, type Mode } from './mode.ts';
export { policyRoutes } from './routes.ts';
export type { ChangeParts } from './routes-change.ts';
export { createPolicyRoom, type PolicyRoom } from './versions.ts';
export { createSimulation, type Kept, type SimulatedRequest } from './simulate.ts';
export type { PolicySigner, PolicySource, PolicyVersion, PolicyVersions, StoredTraffic } from './ports.ts';
