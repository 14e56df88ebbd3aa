// Embedders behind HTTP: whatever speaks OpenAI's or Cohere's protocol.
import { CENTRED, centred } from './centred.ts';
import { httpModelId, openHttpEmbedder, type HttpEmbedder, type HttpEmbedderOptions } from './embedder.ts';

export { openHttpEmbedder, type HttpEmbedder, type HttpEmbedderOptions } from './embedder.ts';
export { centred } from './centred.ts';

/** The id of `openCentredEmbedder`'s vectors. */
export const centredModelId = (options: HttpEmbedderOptions): string => `${httpModelId(options)}:${CENTRED}`;

/** A hosted model whose similarities lie as those of the shipped ones do. Connects to nothing yet. */
export function openCentredEmbedder(options: HttpEmbedderOptions): HttpEmbedder {
  const hosted = openHttpEmbedder(options);
  return Object.assign(centred(hosted), { close: () => hosted.close() });
}
