// The shipped models and nothing else, as a process of their own: reads texts as fast as they can be read.
// It is told what to read first, to be warm, says "ready", reads the texts when told to, and says "done".
import { openEmbedder, openNameFinder } from '../../control-plane/src/adapters/onnx/index.ts';

export interface Reading {
  readonly texts: readonly string[];
  /** Also windows that can hold no name. */
  readonly readsEverything: boolean;
}

const say = (word: string): void => void process.send?.(word);

process.once('message', ({ warming, then }: { readonly warming: readonly string[]; readonly then: Reading }) => {
  const [embedder, finder] = [openEmbedder(), openNameFinder({ readsEverything: then.readsEverything })];
  const read = (texts: readonly string[]): Promise<unknown> => Promise.all([embedder.embed(texts), finder.find(texts)]);
  void read(warming).then(() => {
    process.once('message', () => void read(then.texts).then(() => say('done')));
    say('ready');
  });
});
