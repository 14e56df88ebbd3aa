import { ApiKey, connectToCustom, type WeaviateClient } from 'weaviate-client';
import { ClewError } from '../../kernel/index.ts';

export interface WeaviateOptions {
  /** REST, e.g. http://127.0.0.1:8080. */
  readonly url: string;
  /** gRPC, which searches go through; the host of `url` at port 50051 unless given. */
  readonly grpcUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  /** How long one call may take; 30 s unless given. */
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_GRPC_PORT = '50051';
const DEFAULT_TIMEOUT_MS = 30_000;

interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly path: string;
}

function endpoint(text: string, name: string): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ClewError('config_invalid', `${name} is no http or https URL; expected something like http://127.0.0.1:8080`);
  }
  const secure = url.protocol === 'https:';
  return { host: url.hostname, port: Number(url.port || (secure ? 443 : 80)), secure, path: url.pathname.replace(/\/$/, '') };
}

function grpcBeside(rest: string): string {
  const url = new URL(rest);
  url.port = DEFAULT_GRPC_PORT;
  return url.href;
}

/** The client and a plain way to REST, with one error for "cannot be reached". */
export class Connection {
  readonly client: WeaviateClient;
  private readonly base: string;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly timeoutMs: number;

  private constructor(client: WeaviateClient, base: string, headers: Readonly<Record<string, string>>, timeoutMs: number) {
    this.client = client;
    this.base = base;
    this.headers = headers;
    this.timeoutMs = timeoutMs;
  }

  /** Throws ClewError 'config_invalid' for URLs that are none, and 'unavailable' where no Weaviate answers. */
  static async open({ url, grpcUrl, apiKey, timeoutMs = DEFAULT_TIMEOUT_MS }: WeaviateOptions): Promise<Connection> {
    const rest = endpoint(url, 'WEAVIATE_URL');
    const grpcText = grpcUrl ?? grpcBeside(url);
    const grpc = endpoint(grpcText, 'The gRPC URL of Weaviate');
    // Without user info, which a URL may carry and a message must not.
    const base = `${new URL(url).origin}${rest.path}`;
    const seconds = Math.ceil(timeoutMs / 1_000);
    try {
      const client = await connectToCustom({
        httpHost: rest.host,
        httpPort: rest.port,
        httpSecure: rest.secure,
        httpPath: rest.path,
        grpcHost: grpc.host,
        grpcPort: grpc.port,
        grpcSecure: grpc.secure,
        timeout: { init: Math.min(seconds, 10), query: seconds, insert: seconds },
        ...(apiKey === undefined ? {} : { authCredentials: new ApiKey(apiKey) }),
      });
      const headers = { 'content-type': 'application/json', ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) };
      return new Connection(client, base, headers, timeoutMs);
    } catch (error) {
      throw unreachable(`${base} (REST) and ${new URL(grpcText).origin} (gRPC)`, error);
    }
  }

  /** Runs a call of the client; what goes wrong in it comes out as 'unavailable', with the cause kept for the log. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ClewError) throw error;
      throw unreachable(this.base, error);
    }
  }

  async post(path: string, body: string): Promise<unknown> {
    return this.run(async () => {
      const signal = AbortSignal.timeout(this.timeoutMs);
      const response = await fetch(`${this.base}${path}`, { method: 'POST', headers: this.headers, body, signal });
      if (!response.ok) {
        await response.body?.cancel();
        throw new ClewError('unavailable', `Weaviate at ${this.base} answered ${response.status} to ${path}; its log says why`);
      }
      return response.json();
    });
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

function unreachable(where: string, cause: unknown): ClewError {
  return new ClewError('unavailable', `Weaviate at ${where} does not answer as expected; start it, correct WEAVIATE_URL, or unset it`, {
    cause,
  });
}
