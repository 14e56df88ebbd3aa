import { parentPort, workerData } from 'node:worker_threads';
import { partition, type TextPoint } from '../../topics/index.ts';

parentPort?.postMessage(partition(workerData as readonly TextPoint[]));
