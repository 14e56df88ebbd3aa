// What is personal, and what happens to it in the control plane.
export { createNameRedactor, type NameRedactor, type NameRedactorOptions, type NamesRedacted } from './names.ts';
export type { Finder } from './ports.ts';
