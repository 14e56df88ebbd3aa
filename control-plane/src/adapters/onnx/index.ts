// The shipped models under onnxruntime, each in a worker thread of its own.
export { openEmbedder, type OnnxEmbedder } from './embedder.ts';
export { openStaticEmbedder } from './static-embedder.ts';
export { openNameFinder, type OnnxNameFinder } from './name-finder.ts';
export { checkModels, MODELS_FOLDER, readManifest, type ModelEntry, type ModelFault } from './models.ts';
export { shippedWords, withShippedWords, WORD_VECTORS_FILE, WORDS_FILE } from './words.ts';
