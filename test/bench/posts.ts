// Posts samples at a steady pace, whatever the answers take, from a process of its own: `node posts.ts URL TOKEN A_SECOND`. A line
// for each answer: when it was sent, epoch milliseconds, how long it took, and the status. Ends with its input.
import { Agent, request } from 'node:http';
import { randomBytes } from 'node:crypto';

const [, , url = '', token = '', aSecond = '20'] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-ndjson' };
const WORDS = 'Where do the herons of the village sleep in winter, and who keeps count of them when the river is frozen over?';

function post(): void {
  const body = JSON.stringify({
    version: 1,
    id: randomBytes(16).toString('hex'),
    startedAt: new Date(Date.now() - 1_000).toISOString(),
    principal: { id: `user-${Math.floor(Math.random() * 5_000)}`, source: 'consumer', trust: 'authenticated' },
    prompt: { text: `${WORDS.repeat(9)} ${randomBytes(4).toString('hex')}` },
    answer: { text: WORDS.repeat(9) },
    status: { outcome: 'ok', http: 200 },
  });
  const [sentMs, started] = [Date.now(), performance.now()];
  const sent = request(url, { method: 'POST', agent, headers }, (response) => {
    response.resume().on('end', () => {
      process.stdout.write(`${sentMs} ${(performance.now() - started).toFixed(3)} ${response.statusCode ?? 0}\n`);
    });
  });
  sent.on('error', () => process.stdout.write(`${sentMs} ${(performance.now() - started).toFixed(3)} 0\n`));
  sent.end(body);
}

const timer = setInterval(post, 1_000 / Number(aSecond));
process.stdin.resume().on('end', () => {
  clearInterval(timer);
  agent.destroy();
});
