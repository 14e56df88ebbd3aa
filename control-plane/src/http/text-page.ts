import type { Scope } from '../kernel/index.ts';

/** A plain-text page outside the JSON API: /metrics. */
export interface TextPage {
  readonly path: string;
  /** null: open, but to requests for loopback names only. */
  readonly permission: string | null;
  readonly contentType: string;
  readonly summary: string;
  /** What concerns the scope only; everything where it is absent: for the operator, and on this machine. */
  read(scope?: Scope): Promise<string>;
}
