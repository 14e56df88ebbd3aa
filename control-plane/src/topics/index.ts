// What people talk about.
export { TopicClusters, type TopicAssignment, type TopicOptions } from './cluster.ts';
