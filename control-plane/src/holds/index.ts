// Legal holds: what must not be purged or erased, whatever the policy or a person asks, until somebody lifts it.
export { holdRoutes, type HoldParts } from './routes.ts';
export type { Hold, HoldKind, HoldStore } from './ports.ts';
