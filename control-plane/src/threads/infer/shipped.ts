import hosted from '../weights/linker-hosted.json' with { type: 'json' };
import wordVectors from '../weights/linker-static.json' with { type: 'json' };
import { Linker } from './linker.ts';
import { shippedWeights } from './weights.ts';

/** The linker as it comes: its id and threshold are what tenants start from. */
export const shippedLinker = new Linker(shippedWeights);

/**
 * By the beginning of the model's id: weights that were fitted on its vectors. Of hosted models nobody knows here how they see
 * texts; their similarities are brought to lie as the local model's do, and what reads vectors themselves is left out.
 */
const OTHERS: readonly { readonly prefix: string; readonly linker: Linker }[] = [
  { prefix: 'minilm-static-', linker: new Linker(wordVectors) },
  ...['openai/', 'cohere/'].map((prefix) => ({ prefix, linker: new Linker(hosted) })),
];

/** The linker for vectors of a model; the shipped one where nothing is said of it. */
export const linkerFor = (vectorModel: string | undefined): Linker =>
  OTHERS.find(({ prefix }) => vectorModel?.startsWith(prefix) === true)?.linker ?? shippedLinker;
