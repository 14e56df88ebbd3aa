// What tests start and no distribution packages: brought before the first test of a whole run, so that no test's time limit
// waits for a compiler or a package index, and the minutes stand where they belong. A part of the tests brings what it needs.
import { provideCrosscheck } from './crosscheck.ts';
import { providePython } from './crosscheck-python.ts';
import { provideJaeger } from './jaeger.ts';
import { provideLiteLlm } from './litellm.ts';
import { providePrometheus } from './prometheus.ts';
import { provideWeaviate } from './weaviate.ts';

/** Minutes on a machine that has none of them, seconds less than one later. Throws with what is missing. */
export function provideServers(): void {
  for (const provide of [provideCrosscheck, providePython, provideLiteLlm, provideWeaviate, provideJaeger, providePrometheus]) provide();
}
