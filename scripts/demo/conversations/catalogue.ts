// What no person says: a nightly indexer. The gateway knows its consumer only, so nothing is inferred.
import type { Conversation } from '../types.ts';

const PRODUCTS = [
  'Folding garden chair, acacia wood, oiled',
  'Parasol 3 m with crank, sand',
  'Watering can 8 l, zinc',
  'Raised bed 120 x 80 cm, larch',
  'Solar lantern, set of three',
  'Bird bath on a stand, stoneware',
  'Hammock for two, cotton',
  'Compost bin 300 l with lid',
] as const;

export const CATALOGUE: readonly Conversation[] = (['past', 'live'] as const).map((when) => ({
  name: `catalogue: index (${when})`,
  user: '',
  app: 'catalogue',
  when,
  ...(when === 'past' ? { start: 300 } : {}),
  turns: PRODUCTS.map((product) => [product]),
}));
