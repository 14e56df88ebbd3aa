// A thread that reads texts with the shipped models.
import { workerData } from 'node:worker_threads';
import { openEmbedModel, type EmbedSettings } from './embed-model.ts';
import { openNerModel, type NerSettings } from './ner-model.ts';
import type { ModelKind } from './pool-protocol.ts';
import { servePool, type ReadText } from './pool-server.ts';

/** Only what is among the duties is opened. */
export interface ModelSettings {
  readonly embedding?: EmbedSettings;
  readonly names?: NerSettings;
}

const settings = workerData as ModelSettings & { readonly duties: readonly ModelKind[] };

function openerOf(kind: ModelKind): () => Promise<ReadText> {
  const { embedding, names } = settings;
  if (kind === 'embedding' && embedding) return () => openEmbedModel(embedding);
  if (kind === 'names' && names) return () => openNerModel(names);
  return () => Promise.reject(new Error(`No settings for the model of ${kind}`));
}

servePool(settings.duties.map((kind) => [kind, openerOf(kind)]));
