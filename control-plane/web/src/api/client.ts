import { get, getSigned, type Query } from './http.ts';
import type {
  ExactTopics,
  Found,
  Me,
  Page,
  ReleasedTopic,
  ReleasedTopics,
  ThreadDetail,
  ThreadSummary,
  Topic,
  TopicChange,
  TopicFigures,
} from './views.ts';

export const listThreads = (query: Query, signal?: AbortSignal): Promise<Page<ThreadSummary>> => getSigned('/v1/threads', query, signal);
export const readThread = (id: string, signal?: AbortSignal): Promise<ThreadDetail> =>
  getSigned(`/v1/threads/${encodeURIComponent(id)}`, {}, signal);
/** What stands around a request of it, or around where it broke down. A thread of no more requests than `limit` comes whole. */
export const readPart = (id: string, around: string | undefined, limit: number, signal?: AbortSignal): Promise<ThreadDetail> =>
  getSigned(`/v1/threads/${encodeURIComponent(id)}`, { around, limit: String(limit) }, signal);
export const search = (q: string, weak: boolean, signal?: AbortSignal): Promise<Found> =>
  getSigned('/v1/search', { q, limit: '50', weak: weak ? 'true' : undefined }, signal);

export const listTopics = (figures: TopicFigures | undefined, signal?: AbortSignal): Promise<ExactTopics | ReleasedTopics> =>
  getSigned('/v1/topics', { figures }, signal);
export const readTopic = (id: string, figures: TopicFigures | undefined, signal?: AbortSignal): Promise<Topic | ReleasedTopic> =>
  getSigned(`/v1/topics/${encodeURIComponent(id)}`, { figures }, signal);
export const topicChanges = (topic: string, signal?: AbortSignal): Promise<Page<TopicChange>> =>
  getSigned('/v1/topics/changes', { topic }, signal);
export const readMe = (signal?: AbortSignal): Promise<Me> => getSigned('/v1/me', {}, signal);

/** Throws when the token is not accepted. */
export async function tryToken(token: string): Promise<void> {
  await get('/v1/me', {}, undefined, token);
}
