// What a run is called and calls itself.
import type { CompanionEntity } from '#contract';
import type { PendingRun } from '../pending.ts';

/** Of a route, service or consumer: as people call it, else its id. */
export const nameOf = (entity: CompanionEntity | undefined): string | undefined => entity?.name ?? entity?.custom_id ?? entity?.id;

/** The feature flag or experiment arm that the application declares. */
export function declaredVariant({ request, trace }: Pick<PendingRun, 'request' | 'trace'>): string | undefined {
  return request.headers['x-clew-variant'] ?? trace.baggage.find(({ key }) => key === 'clew.variant')?.value;
}
