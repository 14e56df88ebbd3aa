// Threads that people set right: merged, split, moved, and taken back.
export { createRepairs, type Asking, type RepairParts, type RepairRoom } from './room.ts';
export { planOf, restand, withTheirTurns, fromOn, type Plan } from './plan.ts';
export { repairRoutes } from './routes.ts';
export type * from './ports.ts';
export type * from './types.ts';
