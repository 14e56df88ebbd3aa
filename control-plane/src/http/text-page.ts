/** A plain-text page outside the JSON API: /metrics. */
export interface TextPage {
  readonly path: string;
  /** null: open, but to requests for loopback names only. */
  readonly permission: string | null;
  readonly contentType: string;
  readonly summary: string;
  read(): Promise<string>;
}
