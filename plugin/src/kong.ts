// The few calls of Kong's plugin development kit that the plugin makes. Each is one round trip to Kong.

export interface Kong {
  readonly ctx: {
    readonly shared: {
      get(key: string): Promise<unknown>;
      set(key: string, value: unknown): Promise<unknown>;
    };
  };
  readonly log: {
    /** Puts a value into the line that Kong's log plugins write of the request; dots nest. */
    setSerializeValue(key: string, value: string): Promise<unknown>;
  };
  readonly client: {
    getConsumer(): Promise<unknown>;
  };
  readonly request: {
    getMethod(): Promise<unknown>;
    getPath(): Promise<unknown>;
    getHeaders(): Promise<unknown>;
    /** 0: also bodies that nginx keeps in a file; without it they answer 500 to the client. */
    getRawBody(maxFileBytes: number): Promise<unknown>;
  };
  readonly response: {
    getStatus(): Promise<unknown>;
    getHeaders(): Promise<unknown>;
    setHeaders(headers: Readonly<Record<string, string>>): Promise<unknown>;
    /** Ends the phase: Kong sends no answer to this call. */
    exit(status: number, body: string, headers: Readonly<Record<string, string>>): Promise<unknown>;
  };
  readonly service: {
    readonly request: {
      setHeaders(headers: Readonly<Record<string, string>>): Promise<unknown>;
      clearHeader(name: string): Promise<unknown>;
      setRawBody(body: string): Promise<unknown>;
    };
  };
}
