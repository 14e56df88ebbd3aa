// What people talk about.
export { TopicClusters, type TopicAssignment, type TopicOptions } from './cluster.ts';
export { createTopicPlacer, type TopicPlacer } from './placer.ts';
export { topicRoutes } from './routes.ts';
export type { OpenThread, PlacedPrompt, TopicCount, TopicStore } from './ports.ts';
