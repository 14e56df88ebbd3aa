// The shipped models under onnxruntime, in worker threads.
export { openEmbedder, type OnnxEmbedder } from './embedder.ts';
export { openStaticEmbedder } from './static-embedder.ts';
export { openNameFinder, type OnnxNameFinder } from './name-finder.ts';
export type { ModelPool } from './model-pool.ts';
export { openModelPool } from './shipped-pool.ts';
export { checkModels, MODELS_FOLDER, readManifest, type ModelEntry, type ModelFault } from './models.ts';
export { shippedWords, withShippedWords, WORD_VECTORS_FILE, WORDS_FILE } from './words.ts';
