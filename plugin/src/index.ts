// What Kong loads. Only access and log: defining `response` would buffer every answer and break streaming.
import type { Kong } from './kong.ts';
import { KONG_SCHEMA } from './schema.ts';

export const Name = 'clew';
export const Version = '0.1.0';

/**
 * After authentication (key-auth 1250, jwt 1450, openid-connect 1050) and rate limiting (910), so that refused requests
 * are not runs; before the plugins that rewrite the request for a model (ai-request-transformer 777, ai-prompt-decorator
 * 772, ai-proxy 770), so that what is recorded is what the application asked for.
 */
export const Priority = 780;
export const Schema = KONG_SCHEMA;

export class Plugin {
  constructor(raw: Readonly<Record<string, unknown>>) {
    void raw;
  }

  async access(kong: Kong): Promise<void> {
    await kong.ctx.shared.get('clew_in');
  }

  async log(kong: Kong): Promise<void> {
    await kong.ctx.shared.get('clew_log');
  }
}
