// From posted samples to stored turns.
export { createAcceptor, type AcceptResult, type Acceptor, type AcceptorParts, type Offer, type Rejection } from './accept.ts';
export { createAnnouncer, type Announcer } from './announcer.ts';
export { costOf } from './cost.ts';
export { waitingSamples } from './erase.ts';
export { createJournalKeys, type JournalKeys } from './journal-keys.ts';
export { MAX_ATTEMPTS } from './give-back.ts';
export { createPipeline, type Pipeline } from './pipeline.ts';
export type { PipelineParts, Workshop } from './workshop.ts';
export { createProcessor, type Incoming, type Processed, type Processor, type ProcessorParts } from './processor.ts';
export { createRelinkedVectors } from './relinked-vectors.ts';
export { incomingOf, storedTurnOf } from './stored-turn.ts';
export { sanitize, sanitizeIdentifier } from './sanitize.ts';
export { splitBody, type Item } from './split.ts';
export { createLinkerMemory, type LinkerMemory } from './linker-memory.ts';
export type { LinkSettings } from './linking.ts';
export { ingestRoutes, type BodyReader } from './routes.ts';
export type * from './ports.ts';
