/** How many of a principal's newest requests the linker looks back on; what `PastTurns.recent` should be asked for. */
export const RESTORE_LIMIT = 400;
/** Inferred links never reach further back than this, in seconds. */
export const WINDOW_SECONDS = 24 * 3600;
/** The pause in seconds that the linker's measures, and so its weights, take for a break; a policy's session gap may be another. */
export const SESSION_SECONDS = 1800;
