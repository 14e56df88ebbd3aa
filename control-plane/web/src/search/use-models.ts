import { listThreads } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';

const NONE: readonly string[] = [];

/** Models of the newest threads, read when they are first asked for. */
export function useModels(isAsked: boolean): readonly string[] {
  const { data } = useResource(isAsked ? 'models of threads' : 'no models', async (signal) => {
    if (!isAsked) return NONE;
    const { items } = await listThreads({ limit: '200' }, signal);
    return [...new Set(items.flatMap(({ models }) => models))].sort();
  });
  return data ?? NONE;
}
