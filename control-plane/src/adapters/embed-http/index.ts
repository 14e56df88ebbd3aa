// Embedders behind HTTP: whatever speaks OpenAI's or Cohere's protocol.
export { httpModelId, openHttpEmbedder, type HttpEmbedder, type HttpEmbedderOptions } from './embedder.ts';
