// Lines of the log that say where a request stands after it was moved: `request_stored` told where it stood at first. Together they
// take one conversation out of mixed logs. Ids only.
import type { EventHandler, Logger } from '../kernel/index.ts';
import type { ThreadReader } from '../threads/index.ts';

export function createThreadLog(reader: Pick<ThreadReader, 'request'>, logger: Logger): EventHandler {
  return {
    name: 'thread_log',
    afterOthers: true,
    async handle(events) {
      for (const event of events) {
        if (event.type !== 'ThreadRelinked') continue;
        const { scope, threadId: from } = event;
        for (const id of event.requestIds) {
          const request = await reader.request(scope, id);
          if (!request) continue;
          logger.info('request_moved', {
            requestId: id,
            tenant: scope.tenant,
            environment: scope.environment,
            from,
            threadId: request.thread,
            runId: request.runId,
            traceId: request.trace?.traceId,
            spanId: request.trace?.spanId,
            correlationId: request.correlationId,
            declaredSession: request.declaredSession?.id,
            evidence: request.moves.findLast((move) => move.from === from)?.evidence,
          });
        }
      }
    },
  };
}
