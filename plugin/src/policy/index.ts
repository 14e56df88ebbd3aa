// The policy in force and what the gateway's settings demand besides it.
export { isAlwaysOff, modeFor, redactionAboveFloor, stricter } from './floor.ts';
export { isGlobMatch, isMatch, type MatchFacts } from './match.ts';
export { DEFAULT_POLICY, PolicyPoller, type PolicyInForce } from './poll.ts';
export { Polled, type PollingOptions } from './polled.ts';
export { replayFault } from './replay.ts';
export { asksForStandIns, mayAskForStandIns } from './upstream.ts';
export { PolicyFile, type PolicyStore, type StoredPolicy } from './store.ts';
