// From posted samples to stored turns.
export { createAcceptor, type AcceptResult, type Acceptor, type AcceptorParts, type Offer, type Rejection } from './accept.ts';
export { createAnnouncer, type Announcer } from './announcer.ts';
export { costOf } from './cost.ts';
export { waitingSamples } from './erase.ts';
export { createJournalKeys, type JournalKeys } from './journal-keys.ts';
export { createPipeline, MAX_ATTEMPTS, type Pipeline, type PipelineParts, type Workshop } from './pipeline.ts';
export { createProcessor, type Incoming, type Processed, type Processor, type ProcessorParts } from './processor.ts';
export { createRelinkedVectors } from './relinked-vectors.ts';
export { incomingOf, storedTurnOf } from './stored-turn.ts';
export { sanitize, sanitizeIdentifier } from './sanitize.ts';
export { splitBody, type Item } from './split.ts';
export { createLinkerMemory, type LinkerMemory } from './linker-memory.ts';
export type { LinkSettings } from './linking.ts';
export { ingestRoutes, type BodyReader } from './routes.ts';
export type * from './ports.ts';
