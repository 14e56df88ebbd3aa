// Run identity: what a run was composed of, and how two runs differ.
export { recordOf } from './record.ts';
export { diffRecords, type Difference } from './diff.ts';
export { runRoutes } from './routes.ts';
export type { RunFilter, RunReader, StoredRun } from './ports.ts';
export type { CompositionRecord, RunRecord, RunSource } from './types.ts';
