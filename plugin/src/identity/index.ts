// What a gateway says of its runs under its own name: who it is, what each run was, how many there were.
export { KeyAnnouncer } from './announce.ts';
export { EpochReporter } from './epoch-reporter.ts';
export { newMemoryKey, openGatewayKey, type GatewayKey, type MemoryKey } from './key.ts';
export { Ledger, numberOf } from './ledger.ts';
export { LostRanges } from './lost-ranges.ts';
export { withAttestation } from './sign.ts';
