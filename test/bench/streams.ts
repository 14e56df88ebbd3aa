// The first byte of a streamed answer: without a plugin and with Clew; in turn, from one process.
import http from 'node:http';
import path from 'node:path';
import { startBareProxy, startScriptedProvider, startTrialGateway } from '../../plugin/trial-gateway/index.ts';
import { send, serve } from '../support/http-client.ts';
import { metric, percentile, type Metric } from './metric.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const WARM_UP = 5;
const BODY = JSON.stringify({ model: 'gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'And what about roses?' }] });

export async function streamMetrics({ quick }: { readonly quick: boolean }): Promise<Metric[]> {
  const provider = await startScriptedProvider();
  const controlPlane = await serve((request, response) => {
    request.resume();
    response.writeHead(request.method === 'POST' ? 202 : 404).end();
  });
  const gateway = await startTrialGateway({
    port: 0,
    upstream: provider.url,
    controlPlaneUrl: controlPlane.url,
    token: 'bench',
    launcher: { script: path.join(ROOT, 'plugin/dist/launcher.cjs'), pluginsDirectory: path.join(ROOT, 'plugin/dist/clew') },
    log: () => undefined,
  });
  const bare = await startBareProxy(provider.url);
  const agent = new http.Agent({ keepAlive: true });
  const [plain, plugged]: [number[], number[]] = [[], []];
  try {
    for (let round = -WARM_UP; round < (quick ? 5 : 60); round += 1) {
      for (const [url, taken] of [
        [bare.url, plain],
        [gateway.url, plugged],
      ] as const) {
        const answer = await send(`${url}/v1/chat/completions`, { agent, body: BODY, headers: { 'content-type': 'application/json' } });
        if (answer.status !== 200) throw new Error(`The stream was not answered (HTTP ${answer.status})`);
        if (round >= 0) taken.push(answer.chunkTimesMs[0] ?? Number.NaN);
      }
    }
  } finally {
    agent.destroy();
    await gateway.close();
    await bare.close();
    await controlPlane.close();
    await provider.close();
  }
  return [
    metric('stream, first byte, no plugin', 'ms', 'lower', plain),
    metric('stream, first byte, plugin', 'ms', 'lower', plugged),
    metric('stream, first byte p50, plugin to no plugin', '×', 'lower', [percentile(plugged, 0.5) / percentile(plain, 0.5)]),
  ];
}
