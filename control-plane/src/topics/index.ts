// What people talk about.
export { type TopicChange, type TopicMove } from './apply.ts';
export {
  TopicClusters,
  type Consolidation,
  type TopicAssignment,
  type TopicName,
  type TopicOptions,
  type TopicStanding,
} from './cluster.ts';
export type { TextPoint } from './kernel-matrix.ts';
export { Lexicon, type EmbedWords } from './lexicon.ts';
export { partition, type Partition } from './partition.ts';
export { createTopicPlacer, hasTopics, type TopicPlacer } from './placer.ts';
export { publicLabel } from './public-label.ts';
export { createFixedTopics, FIXED_TOPICS, type FixedTopics } from './taxonomy.ts';
export { TopicRun } from './run.ts';
export { createTopicWall, type TopicWall } from './wall.ts';
export { leastUsers, topicRoutes } from './routes.ts';
export type { OpenThread, Partitioner, PlacedPrompt, TopicCount, TopicEvent, TopicStandings, TopicStore, TopicTexts } from './ports.ts';
export { stopWordsOf } from './stop-words.ts';
