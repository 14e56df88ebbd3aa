// The end of `npm run setup`: says that everything is in place, or what is not.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkModels } from '../adapters/onnx/index.ts';

export const help = `clew setup-check
  Whether models, plugin and page are in place; run by npm run setup.`;

const ROOT = path.resolve(import.meta.dirname, '../../..');
const BUILT = ['plugin/dist/clew/clew.cjs', 'plugin/dist/launcher.cjs', 'control-plane/web/dist/index.html'];

export function run(): Promise<number> {
  const problems = [
    ...checkModels().map(({ file, problem }) => `control-plane/models/${file}: ${problem}. Restore it from the repository.`),
    ...BUILT.filter((file) => !existsSync(path.join(ROOT, file))).map((file) => `${file} is not built. Run: npm run build`),
  ];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length === 0)
    process.stderr.write('Ready: packages, plugin, page and models are in place. Next: npm run demo, or npm start\n');
  return Promise.resolve(problems.length === 0 ? 0 : 2);
}
