// Fits the models of intent and of follow-up kinds to all mapped and labelled prompts and writes
// control-plane/src/threads/weights/intent.json and follow-up.json. evaluate-labels.ts says how good they are.
// usage: node control-plane/training/intents.ts --embeddings FILE [--data DIR]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder, Embeddings, embeddingsFile } from './corpus.ts';
import { readLabels } from './labels.ts';
import { fitFollowUps, fitIntents, readMapped } from './speech-models.ts';

const embeddings = new Embeddings(embeddingsFile(process.argv));
const data = dataFolder(process.argv);
const labelled = readLabels(data, embeddings);
const folder = join(import.meta.dirname, '../src/threads/weights');
writeFileSync(join(folder, 'follow-up.json'), `${JSON.stringify(fitFollowUps(labelled, embeddings))}\n`);
writeFileSync(join(folder, 'intent.json'), `${JSON.stringify(fitIntents(readMapped(data, embeddings), labelled, embeddings))}\n`);
