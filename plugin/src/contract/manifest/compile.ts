// Manifests made ready for judging: templates cut up, tools digested, conditions counted.
import { canonicalDigest } from '../canonical.ts';
import type { Manifest, ManifestInstruction, ManifestTool } from '../generated/manifest.ts';
import { compileTemplate, type Template } from './template.ts';

export interface DeclaredInstruction {
  readonly role: ManifestInstruction['role'];
  readonly optional: boolean;
  readonly template: Template;
}

export interface DeclaredTool {
  readonly name: string;
  /** Absent: any tool of that name. */
  readonly digest: string | undefined;
  readonly required: boolean;
}

export interface CompiledManifest {
  readonly manifest: Manifest;
  /** SHA-256 of its canonical bytes. */
  readonly digest: string;
  readonly instructions: readonly DeclaredInstruction[] | undefined;
  readonly tools: readonly DeclaredTool[] | undefined;
}

/** All manifests in force, as one value with one digest (the ETag of GET /v1/manifests). */
export interface ManifestSet {
  readonly digest: string;
  readonly manifests: readonly CompiledManifest[];
}

export function compileManifests(manifests: readonly Manifest[]): ManifestSet {
  const sorted = [...manifests].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { digest: canonicalDigest(sorted), manifests: sorted.map(compileManifest) };
}

export const NO_MANIFESTS: ManifestSet = compileManifests([]);

function compileManifest(manifest: Manifest): CompiledManifest {
  return {
    manifest,
    digest: canonicalDigest(manifest),
    instructions: manifest.instructions?.map((instruction) => ({
      role: instruction.role,
      optional: instruction.optional === true,
      template: compileTemplate(instruction),
    })),
    tools: manifest.tools?.allowed.map((tool) => ({ name: tool.name, digest: digestOf(tool), required: tool.required === true })),
  };
}

/** As the composition record digests a tool. */
function digestOf({ name, digest, description, parameters }: ManifestTool): string | undefined {
  if (digest !== undefined || (description === undefined && parameters === undefined)) return digest;
  return canonicalDigest({ name, description, parameters });
}
