import { logNothing } from '../../plugin/trial-gateway/log.ts';
import { startTrialGateway, type TrialGateway, type TrialGatewayOptions } from '../../plugin/trial-gateway/index.ts';
import { readAll, serve, type TestServer } from './http-client.ts';
import { ownLauncher } from './plugin-launchers.ts';

export interface Outcome {
  readonly run_id?: string;
  readonly status: number;
  readonly body?: string;
  readonly body_bytes: number;
  readonly body_truncated: boolean;
  readonly aborted: boolean;
  readonly response_headers: Readonly<Record<string, string>>;
  readonly started_ms: number;
  readonly upstream_ms?: number;
  readonly first_byte_ms?: number;
  readonly ended_ms: number;
  readonly consumer?: Readonly<Record<string, string>>;
  readonly route?: Readonly<Record<string, string>>;
  readonly tries: readonly { readonly port?: number; readonly status?: number }[];
}

export interface ProbedGateway {
  readonly gateway: TrialGateway;
  /** What the plugin was offered in the log phase, in order. */
  readonly outcomes: Outcome[];
  close(): Promise<void>;
}

/** A gateway in front of `upstream` whose plugin decides on each request and reports each outcome. */
export async function startProbedGateway(upstream: string | undefined, options: Partial<TrialGatewayOptions> = {}): Promise<ProbedGateway> {
  const outcomes: Outcome[] = [];
  const collector: TestServer = await serve((request, response) => {
    void readAll(request).then((body) => {
      outcomes.push(JSON.parse(body.toString()) as Outcome);
      response.end();
    });
  });
  const gateway = await startTrialGateway({
    port: 0,
    controlPlaneUrl: collector.url,
    token: 'test',
    launcher: ownLauncher,
    log: logNothing,
    ...(upstream === undefined ? {} : { upstream }),
    ...options,
    pluginConfig: { mode: 'decide', logmode: 'report', report: collector.url, ...options.pluginConfig },
  });
  return {
    gateway,
    outcomes,
    close: async () => {
      await gateway.close();
      await collector.close();
    },
  };
}
