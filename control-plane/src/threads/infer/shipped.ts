import { Linker } from './linker.ts';
import { shippedWeights } from './weights.ts';

/** The linker as it comes: its id and threshold are what tenants start from. */
export const shippedLinker = new Linker(shippedWeights);
