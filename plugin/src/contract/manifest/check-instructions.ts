import { createHash } from 'node:crypto';
import type { Composition, CompositionPart } from '../generated/sample.ts';
import type { CompiledManifest, DeclaredInstruction } from './compile.ts';
import type { Deviation } from './judgement.ts';

/** Declared and sent instructions in order; what is optional may be passed over. */
export function checkInstructions({ instructions }: CompiledManifest, composition: Composition): Deviation[] {
  if (!instructions) return [];
  const sent = composition.instructions ?? [];
  const deviations: Deviation[] = [];
  let at = 0;
  for (const [index, declared] of instructions.entries()) {
    const part = sent[at];
    if (part && isFrom(part, declared)) {
      at += 1;
      continue;
    }
    if (declared.optional) continue;
    const expected = { role: declared.role, template: declared.template.digest };
    if (!part) {
      deviations.push({ path: `/composition/instructions/${at}`, kind: 'missing', expected });
      continue;
    }
    // One that belongs to a later place was not put here: then this one is missing.
    if (instructions.slice(index + 1).some((later) => isFrom(part, later))) {
      deviations.push({ path: `/composition/instructions/${at}`, kind: 'missing', expected });
      continue;
    }
    const kind = isKnownToDiffer(part, declared, composition) ? 'changed' : 'unproven';
    deviations.push({ path: `/composition/instructions/${at}`, kind, expected, found: shown(part) });
    at += 1;
  }
  for (const [index, part] of sent.entries()) {
    if (index >= at) deviations.push({ path: `/composition/instructions/${index}`, kind: 'unexpected', found: shown(part) });
  }
  return deviations;
}

const shown = ({ digest, salted, length, role, template }: CompositionPart): object => ({
  digest,
  ...(salted === true ? { salted } : {}),
  length,
  ...(role === undefined ? {} : { role }),
  ...(template ? { template: template.digest } : {}),
});

function isFrom(part: CompositionPart, { role, template }: DeclaredInstruction): boolean {
  if (role !== undefined && part.role !== undefined && part.role !== role) return false;
  return part.template?.digest === template.digest || (template.variables.length === 0 && isTextOf(part, template.text));
}

/** True when the part is a digest of this text, or a commitment to it that its salt opens. */
export function isTextOf(part: CompositionPart, text: string): boolean {
  if (part.salted === true && part.salt === undefined) return false;
  const salt = part.salted === true ? Buffer.from(part.salt ?? '', 'base64url') : '';
  return createHash('sha256').update(salt).update(text, 'utf8').digest('hex') === part.digest;
}

/** A gateway that looked for templates would have found this one; and a text without variables is compared as it is. */
function isKnownToDiffer(part: CompositionPart, { template }: DeclaredInstruction, composition: Composition): boolean {
  if (composition.declared !== undefined || part.template !== undefined) return true;
  return (
    template.variables.length === 0 && (part.salted !== true || part.salt !== undefined || part.length !== Buffer.byteLength(template.text))
  );
}
