// What passes between the gateway's own scripts (deploy/kong/*.lua, or the trial gateway's double of them) and the
// JavaScript plugin, through kong.ctx.shared. One table each way keeps a phase at two or three round trips.

import type { StandIns } from './stand-ins.ts';

/** Keys in kong.ctx.shared. */
export const COMPANION_KEYS = { request: 'clew_in', decision: 'clew_out', outcome: 'clew_log' } as const;

/** Written before the plugin's access phase. Header names are lower case, repeated headers joined by ", ". */
export interface CompanionRequest {
  readonly v: 1;
  readonly method: string;
  /** Path without query, as the client sent it. */
  readonly path: string;
  readonly scheme: string;
  readonly host: string;
  readonly client_ip: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Request body, whole up to the cap; absent when there is none. */
  readonly body?: string;
  readonly body_bytes: number;
  readonly body_truncated: boolean;
  /** Epoch milliseconds at which the request arrived. */
  readonly started_ms: number;
  readonly route?: CompanionEntity;
  readonly service?: CompanionEntity;
  /** True where the scripts beside it put values back into answers (CompanionDecision.restore). */
  readonly restores?: boolean;
}

/** Written by the plugin in access; applied after it. */
export interface CompanionDecision {
  readonly v: 1;
  readonly run_id: string;
  /** Headers for the provider. */
  readonly set_headers: Readonly<Record<string, string>>;
  /** Headers that the provider must not see. */
  readonly clear_headers: readonly string[];
  /** Headers for the client. */
  readonly response_headers: Readonly<Record<string, string>>;
  /** False: nobody will read the answer, so do not copy it. */
  readonly capture_answer: boolean;
  /** Present where the provider was sent stand-ins: what to put back into the answer, copied or not. */
  readonly restore?: {
    readonly values: StandIns;
    /** The client asked for answers that are JSON themselves, so values in their texts are escaped once more. */
    readonly is_json_text: boolean;
  };
  /** Present when the request is refused before the provider is called. */
  readonly exit?: { readonly status: number; readonly body: string; readonly headers: Readonly<Record<string, string>> };
}

export interface CompanionEntity {
  readonly id?: string;
  readonly name?: string;
  readonly custom_id?: string;
}

/** Written before the plugin's log phase. Times are epoch milliseconds. */
export interface CompanionOutcome {
  readonly v: 1;
  /** That of the decision; absent when access never ran. */
  readonly run_id?: string;
  readonly status: number;
  readonly response_headers: Readonly<Record<string, string>>;
  /** Body as sent to the client (streams concatenated), up to the cap; still content-encoded where the provider did so. */
  readonly body?: string;
  readonly body_bytes: number;
  readonly body_truncated: boolean;
  readonly started_ms: number;
  /** When the call to the provider began. */
  readonly upstream_ms?: number;
  readonly first_byte_ms?: number;
  readonly ended_ms: number;
  /** True when the client went away before the end. */
  readonly aborted: boolean;
  readonly route?: CompanionEntity;
  readonly service?: CompanionEntity;
  readonly consumer?: CompanionEntity;
  /** What the gateway's configuration says of the way that the request took, without secrets; any JSON. Only its digest leaves. */
  readonly routing?: unknown;
  readonly credential?: string;
  /** Attempts at the provider, in order. */
  readonly tries: readonly { readonly ip?: string; readonly port?: number; readonly status?: number }[];
  /** What Kong's ai-proxy knew, where it ran. */
  readonly ai?: {
    readonly provider_name?: string;
    readonly request_model?: string;
    readonly response_model?: string;
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
  };
}
