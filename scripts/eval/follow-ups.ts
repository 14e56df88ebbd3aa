// How each text leans on the one before it, as the linker says it of requests that it links.
import { openEmbedder } from '../../control-plane/src/cli/embedder.ts';
import { followUpOf } from '../../control-plane/src/threads/index.ts';

type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly text: string };

/** Rows {id, before, answer?, text}; "none" where a text can be understood alone. */
export async function followUpsOf(rows: readonly Row[]): Promise<Map<string, string>> {
  const embedder = openEmbedder();
  try {
    const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
    const vectorsOf = async (texts: readonly string[]): Promise<readonly (Float32Array | undefined)[]> => embedder.embed(texts);
    const [own, before, answers] = await Promise.all([
      vectorsOf(rows.map(({ text }) => text)),
      vectorsOf(rows.map((row) => textOf(row['before']))),
      vectorsOf(rows.map((row) => textOf(row['answer']))),
    ]);
    return new Map(
      rows.map((row, at) => {
        const answer = textOf(row['answer']);
        const asked = { text: textOf(row['before']), vector: before[at], ...(answer !== '' && { answer, answerVector: answers[at] }) };
        return [row.id, followUpOf({ text: row.text, vector: own[at] }, asked) ?? 'none'];
      }),
    );
  } finally {
    await embedder.close();
  }
}
