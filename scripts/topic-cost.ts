// What a text costs the online clustering of topics, the more of them there are.
//
//   node scripts/topic-cost.ts [--texts 1000000] [--matters 300]
//
// One line of JSON at each power of ten: processor time of placing a text since the line before, that of looking at the newest
// texts together shared out over all texts so far (a server does it in a thread of its own), topics, and memory in use. Texts are made by a
// generator, so that nothing but their number changes; vectors have as many numbers as those of the shipped model.
import { parseArgs } from 'node:util';
import { partition, TopicClusters } from '../control-plane/src/topics/index.ts';
import { seeded } from '../control-plane/src/kernel/index.ts';

const DIMENSIONS = 384;
const SPREAD = 0.75;

const { values } = parseArgs({ options: { texts: { type: 'string', default: '1000000' }, matters: { type: 'string', default: '300' } } });
const [texts, matters] = [Number(values.texts), Number(values.matters)];

const random = seeded(7);
const unit = (numbers: Float32Array): Float32Array => {
  const norm = Math.hypot(...numbers);
  return numbers.map((value) => value / norm);
};
const noise = (): Float32Array => Float32Array.from({ length: DIMENSIONS }, () => random() + random() + random() - 1.5);
const directions = Array.from({ length: matters }, () => unit(noise()));
/** Few, so that making them is no part of what is measured. */
const around = Array.from({ length: 997 }, () => unit(noise()).map((value) => value * SPREAD));

function textAt(n: number): { readonly vector: Float32Array; readonly text: string } {
  // Some matters are asked about far more often than others.
  const matter = Math.floor(matters * random() ** 2);
  const [direction, off] = [directions[matter], around[n % around.length]];
  const vector = unit(Float32Array.from({ length: DIMENSIONS }, (_, d) => (direction?.[d] ?? 0) + (off?.[d] ?? 0)));
  return { vector, text: `matter${matter} thing${(matter * 7 + (n % 5)) % 900} word${n % 60}` };
}

const cpuMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};

const clusters = new TopicClusters();
let [placing, placed, together, looks, next] = [0, 0, 0, 0, Math.min(1_000, texts)];
for (let n = 1; n <= texts; n += 1) {
  const { vector, text } = textAt(n);
  const start = process.cpuUsage();
  clusters.assign(`r${n}`, vector, text);
  placing += cpuMs(start);
  placed += 1;
  if (clusters.isDue) {
    const before = process.cpuUsage();
    const given = clusters.recent();
    clusters.apply(given, partition(given));
    together += cpuMs(before);
    looks += 1;
  }
  if (n !== next) continue;
  const line = {
    texts: n,
    placingMs: Number((placing / placed).toFixed(4)),
    togetherMs: Number((together / n).toFixed(4)),
    looks,
    topics: clusters.size,
    heapMb: Math.round(process.memoryUsage().heapUsed / 2 ** 20),
    arraysMb: Math.round(process.memoryUsage().arrayBuffers / 2 ** 20),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  [placing, placed, next] = [0, 0, Math.min(next * 10, texts)];
}
