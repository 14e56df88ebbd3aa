// kong-pdk's plugin server with its measured defects worked round. Kong keeps instance and event ids across a restart of
// this process, so ids must not come round again: a stale id that hits another route's instance would run that route's
// configuration without anyone noticing.
import { randomInt } from 'node:crypto';
import type { EventReply, PluginServer, PluginServerClass } from './kong-pdk.ts';
import type { LauncherLogger } from './logger.ts';

/** Kong closes instances itself; this only sweeps up after workers that died. */
const INSTANCE_TTL_SECONDS = 3600;
const SWEEP_MS = 10_000;
/** Kong gives up on a handler after 60 s; nobody will ask for an event that is older. */
const EVENT_TTL_MS = 120_000;

/** Kong ends the request in these calls and sends no further step. */
const ENDING_CALLS = new Set(['kong.response.exit', 'kong.response.error']);

export interface HardenedServer extends PluginServer {
  /** Drops what nobody will ask for again. */
  sweep(now: number): void;
}

export interface ServerOptions {
  readonly pluginsDirectory: string;
  readonly logger: LauncherLogger;
  readonly now?: () => number;
}

/** Ids start anywhere in 31 bits and have 20 bits of room: Lua reads them as doubles, and two lives hardly ever meet. */
const idBase = (): number => randomInt(2 ** 20, 2 ** 31 - 2 ** 20);

export function createPluginServer(Base: PluginServerClass, options: ServerOptions): HardenedServer {
  const now = options.now ?? Date.now;

  class Hardened extends Base implements HardenedServer {
    /** When each open event was last heard of, oldest first. */
    readonly #touched = new Map<number, number>();

    constructor() {
      super(options.pluginsDirectory, options.logger, SWEEP_MS);
      this.instanceID = idBase();
      this.eventID = idBase();
    }

    // Called by the base constructor, before fields of this class exist.
    override clearExpiredPlugins(intervalMs: number): NodeJS.Timeout {
      return setInterval(() => {
        this.sweep(now());
      }, intervalMs);
    }

    sweep(time: number): void {
      for (const [id, instance] of this.instances) {
        if (instance.isExpired(INSTANCE_TTL_SECONDS)) this.instances.delete(id);
      }
      for (const [id, touched] of this.#touched) {
        if (touched > time - EVENT_TTL_MS) break;
        this.#touched.delete(id);
        this.events.delete(id);
      }
    }

    override async HandleEvent(event: { InstanceId: number; EventName: string }): Promise<EventReply> {
      return this.#settle(await super.HandleEvent(event));
    }

    override async step(data: { Data?: unknown; EventId: number }, isError: boolean): Promise<EventReply> {
      return this.#settle(await super.step(data, isError));
    }

    #settle(reply: EventReply): EventReply {
      this.#touched.delete(reply.EventId);
      if (reply.Data === 'ret' || ENDING_CALLS.has(reply.Data.Method)) this.events.delete(reply.EventId);
      else this.#touched.set(reply.EventId, now());
      return reply;
    }
  }

  return new Hardened();
}
