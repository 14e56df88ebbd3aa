import type { CompositionPart } from '../generated/sample.ts';
import type { CompiledManifest, DeclaredTool } from './compile.ts';
import type { Deviation } from './judgement.ts';

/** By digest of the whole definition where one is declared, else by name. */
export function checkTools({ manifest, tools }: CompiledManifest, sent: readonly CompositionPart[]): Deviation[] {
  if (!tools) return [];
  const deviations: Deviation[] = [];
  for (const [index, part] of sent.entries()) {
    if (tools.some((tool) => isTool(part, tool))) continue;
    const path = `/composition/tools/${index}`;
    const found = { name: part.name, digest: part.digest };
    const expected = tools.filter((tool) => tool.name === part.name).map(shown);
    if (expected.length > 0) deviations.push({ path, kind: 'changed', expected: expected.length === 1 ? expected[0] : expected, found });
    else deviations.push({ path, kind: 'unexpected', found });
  }
  for (const tool of tools) {
    const isOffered = sent.some((part) => isTool(part, tool) || part.name === tool.name);
    if (tool.required && !isOffered) deviations.push({ path: '/composition/tools', kind: 'missing', expected: shown(tool) });
  }
  if (deviations.length === 0 && manifest.tools?.order === 'exact' && !isInOrder(sent, tools)) {
    deviations.push({
      path: '/composition/tools',
      kind: 'changed',
      expected: tools.map(({ name }) => name),
      found: sent.map(({ name }) => name),
    });
  }
  return deviations;
}

function isTool(part: CompositionPart, { name, digest }: DeclaredTool): boolean {
  return digest === undefined ? part.name === name : part.digest === digest;
}

function isInOrder(sent: readonly CompositionPart[], tools: readonly DeclaredTool[]): boolean {
  let at = 0;
  for (const part of sent) {
    while (at < tools.length && !isAt(part, tools[at])) at += 1;
    if (at === tools.length) return false;
    at += 1;
  }
  return true;
}

const isAt = (part: CompositionPart, tool: DeclaredTool | undefined): boolean => tool !== undefined && isTool(part, tool);
const shown = ({ name, digest }: DeclaredTool): object => ({ name, ...(digest === undefined ? {} : { digest }) });
