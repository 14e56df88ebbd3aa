// Topics of a fixed list, for those who may keep no embedding: a prompt is put to what it is nearest to, and its vector is dropped.
import { dot } from './kernel-matrix.ts';
import { direction, type EmbedWords } from './lexicon.ts';
import type { TopicName } from './cluster.ts';

interface Kind {
  readonly id: string;
  readonly label: string;
  readonly kinds: readonly { readonly id: string; readonly label: string; readonly examples: readonly string[] }[];
}

const kind = (id: string, label: string, ...examples: string[]): Kind['kinds'][number] => ({ id: `tx_${id}`, label, examples });

const TAXONOMY: readonly Kind[] = [
  {
    id: 'txg_software',
    label: 'software',
    kinds: [
      kind(
        'coding',
        'writing code',
        'write a function in python',
        'how do I sort a list in javascript',
        'convert this class to typescript',
      ),
      kind(
        'debugging',
        'errors and debugging',
        'why does this code throw an exception',
        'fix this stack trace',
        'my build fails with an error',
      ),
      kind('data', 'databases and queries', 'write a sql query that joins two tables', 'my database index is slow', 'parse this json file'),
      kind(
        'operations',
        'servers and deployment',
        'deploy a docker container to kubernetes',
        'configure nginx',
        'our ci pipeline does not run',
      ),
      kind(
        'devices',
        'devices and accounts',
        'my phone does not connect',
        'reset my password',
        'I cannot log in to the app',
        'the printer is offline',
      ),
    ],
  },
  {
    id: 'txg_writing',
    label: 'writing and language',
    kinds: [
      kind('drafting', 'drafting texts', 'write an email to my manager', 'draft a blog post', 'write a cover letter'),
      kind('editing', 'editing and style', 'make this paragraph shorter', 'correct the grammar of this text', 'rephrase this politely'),
      kind('summaries', 'summaries', 'summarise this document', 'what are the key points of this article', 'shorten these meeting notes'),
      kind(
        'translation',
        'translation',
        'translate this to german',
        'how do you say thank you in french',
        'what does this spanish word mean',
      ),
    ],
  },
  {
    id: 'txg_business',
    label: 'work and business',
    kinds: [
      kind(
        'orders',
        'orders and delivery',
        'where is my parcel',
        'track my order',
        'when will my delivery arrive',
        'return an item for a refund',
      ),
      kind(
        'billing',
        'invoices and payment',
        'my invoice shows a wrong amount',
        'pay my bill',
        'why was I charged twice',
        'cancel my subscription',
      ),
      kind(
        'banking',
        'banking and money',
        'transfer money to an account',
        'my card was declined',
        'exchange rate of the euro',
        'what is my balance',
      ),
      kind(
        'staff',
        'staff and leave',
        'how many vacation days do I have left',
        'write a job description',
        'when is payday',
        'sick leave policy',
      ),
      kind(
        'planning',
        'plans and meetings',
        'schedule a meeting for tomorrow',
        'make a project plan',
        'remind me to call',
        'add this to my calendar',
      ),
      kind('marketing', 'marketing and sales', 'ideas for a campaign', 'write a slogan for our product', 'analyse our competitors'),
      kind(
        'law',
        'law and contracts',
        'is this clause enforceable',
        'review this contract',
        'what does the privacy law say',
        'tax deductions',
      ),
    ],
  },
  {
    id: 'txg_life',
    label: 'daily life',
    kinds: [
      kind('travel', 'travel', 'find a flight to rome', 'book a hotel room', 'do I need a visa', 'how long does the train take'),
      kind('food', 'food and cooking', 'a recipe for soup', 'how long does milk keep', 'restaurants near me', 'calories of an apple'),
      kind('health', 'health', 'I have a headache', 'side effects of a medicine', 'how do I sleep better', 'exercise for my back'),
      kind('home', 'home and repairs', 'turn on the lights', 'how do I fix a leaking tap', 'water my plants', 'change a tyre'),
      kind('weather', 'weather and time', 'will it rain tomorrow', 'what time is it in tokyo', 'how cold is it outside'),
      kind('leisure', 'music, film and games', 'play this song', 'recommend a film', 'who won the match', 'tell me a joke'),
      kind('people', 'people and relations', 'my friend is angry with me', 'what gift for my mother', 'how do I apologise'),
    ],
  },
  {
    id: 'txg_knowledge',
    label: 'knowledge',
    kinds: [
      kind(
        'mathematics',
        'mathematics',
        'solve this equation',
        'what is the square root of nine',
        'convert miles to kilometres',
        'explain integrals',
      ),
      kind('science', 'science and nature', 'how does photosynthesis work', 'why is the sky blue', 'how far is the moon'),
      kind('history', 'history and society', 'when did the war end', 'who was the first president', 'capital of australia'),
      kind(
        'learning',
        'study and exams',
        'explain this to a beginner',
        'prepare me for an exam',
        'help with my homework',
        'what does this word mean',
      ),
    ],
  },
  {
    id: 'txg_talk',
    label: 'talk',
    kinds: [
      kind('assistant', 'about the assistant', 'who made you', 'what can you do', 'are you a robot', 'what is your name'),
      kind('chat', 'small talk', 'hello', 'how are you', 'thank you', 'goodbye'),
    ],
  },
];

const OTHER = { id: 'tx_other', label: 'other', parent: { id: 'txg_other', label: 'other' } } as const;
/** What lies further from all examples than this is about something else. */
const LEAST = 0.2;

/** All topics of the list with the coarser ones that they lie in. */
export const FIXED_TOPICS: readonly TopicName[] = [
  ...TAXONOMY.flatMap(({ id, label, kinds }) => kinds.map((one) => ({ id: one.id, label: one.label, parent: { id, label } }))),
  OTHER,
];
const FIXED_LABELS: ReadonlyMap<string, string> = new Map(
  FIXED_TOPICS.flatMap(({ id, label, parent }) => [[id, label], ...(parent ? [[parent.id, parent.label] as const] : [])] as const),
);
/** What the list calls a topic, fine or coarse; undefined for one that is not of the list. The words are Clew's and nobody's secret. */
export const fixedLabel = (topicId: string): string | undefined => FIXED_LABELS.get(topicId);

export interface FixedTopics {
  /** Id of a topic of `FIXED_TOPICS`. The vector is not kept. @param vector unit length, of the model that embeds the examples */
  topicOf(vector: Float32Array): Promise<string>;
}

/** @param embed makes vectors of the examples, once */
export function createFixedTopics(embed: EmbedWords): FixedTopics {
  let known: Promise<readonly { readonly id: string; readonly vector: Float32Array }[]> | undefined;
  return {
    async topicOf(vector) {
      known ??= directions(embed);
      // A failure is tried again with the next prompt.
      known.catch(() => (known = undefined));
      let [best, most] = [OTHER.id as string, LEAST];
      for (const one of await known) {
        const cosine = one.vector.length === vector.length ? dot(one.vector, vector) : -1;
        if (cosine > most) [best, most] = [one.id, cosine];
      }
      return best;
    },
  };
}

async function directions(embed: EmbedWords): Promise<readonly { readonly id: string; readonly vector: Float32Array }[]> {
  const kinds = TAXONOMY.flatMap((one) => one.kinds);
  const found: { id: string; vector: Float32Array }[] = [];
  for (const { id, label, examples } of kinds) {
    const vectors = (await embed([label, ...examples])).filter((vector) => vector !== undefined);
    const [first] = vectors;
    if (!first) continue;
    const sum = first.map((_, d) => vectors.reduce((total, vector) => total + (vector[d] ?? 0), 0));
    found.push({ id, vector: direction(sum, new Float32Array(sum.length)) });
  }
  return found;
}
