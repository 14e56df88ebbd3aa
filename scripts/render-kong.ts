// Writes deploy/kong/kong.yml: the template with each name of a Lua file in a serverless function's list replaced by the
// text of that file. Kong takes such functions only inline. With --check it writes nothing and fails where the file is
// not current.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isScalar, parseDocument, Scalar, visit } from 'yaml';

const folder = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'deploy', 'kong');

/** The text of kong.yml. */
export function renderKong(): string {
  const document = parseDocument(fs.readFileSync(path.join(folder, 'kong.template.yml'), 'utf8'));
  visit(document, {
    Seq(_key, sequence) {
      const isScripts = sequence.items.some((item) => isScalar(item) && typeof item.value === 'string' && item.value.endsWith('.lua'));
      // Block style, so that the scripts stay readable.
      if (isScripts) sequence.flow = false;
    },
    Scalar(_key, node) {
      if (typeof node.value !== 'string' || !node.value.endsWith('.lua')) return;
      node.value = fs.readFileSync(path.join(folder, node.value), 'utf8');
      node.type = Scalar.BLOCK_LITERAL;
    },
  });
  return document.toString({ lineWidth: 0 });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = path.join(folder, 'kong.yml');
  if (!process.argv.includes('--check')) fs.writeFileSync(file, renderKong());
  else if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== renderKong()) {
    process.stderr.write('deploy/kong/kong.yml is not current: node scripts/render-kong.ts\n');
    process.exitCode = 1;
  }
}
