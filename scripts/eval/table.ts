// The figures for people.
import type { Report, Result } from './evaluate.ts';
import type { IntentFigures } from './labels.ts';
import type { ThreadFigures } from './threads.ts';

const shown = (value: number | null): string => (value === null ? '–' : value.toFixed(1));

export function tableOf({ results, notFound }: Report): string {
  const lines = results.flatMap(linesOf);
  return [...lines, ...(notFound.length > 0 ? ['Not measured:', ...notFound.map((reason) => `  ${reason}`)] : [])].join('\n');
}

function linesOf(result: Result): readonly string[] {
  switch (result.kind) {
    case 'threads': {
      const line = (name: string, of: ThreadFigures): string =>
        `  ${name.padEnd(22)} link F1 ${shown(of.linkF1).padStart(5)}  B³ ${shown(of.bCubedF1).padStart(5)}  exact ${shown(of.exactF1).padStart(5)}  new ${shown(of.newF1).padStart(5)}  position ${shown(of.positionF1).padStart(5)}`;
      return [
        `${result.file} (${result.ours.rows} requests)`,
        `${line(`Clew, ${result.tier}`, result.ours)}  ${result.textsPerSecond} texts/s embedded`,
        line('gap of 30 minutes', result.gap),
        line('cosine over 0.75, 24 h', result.cosine),
      ];
    }
    case 'intents':
      return [result.file, ...(['mapped', 'real'] as const).flatMap((part) => intentLine(part, result[part]))];
    case 'follow_ups':
      return [result.file, ...intentLine('follow-up kinds', result.figures)];
    case 'topics': {
      const { figures: of } = result;
      return [
        `${result.file} (${of.rows} texts, ${of.labelled} labels; ${result.tier})`,
        `  ${of.found} topics  NMI ${shown(of.nmi)}  ARI ${shown(of.ari)}  purity ${shown(of.purity)}  names that fit ${shown(of.nameHit)}`,
      ];
    }
    case 'pii': {
      const { figures: of } = result;
      return [
        `${result.file} (${of.rows} texts)`,
        `  removed: patterns ${shown(of.patternRecall)}  persons ${shown(of.personRecall)}  addresses ${shown(of.addressRecall)}  places ${shown(of.placeRecall)}  precision ${shown(of.precision)}`,
      ];
    }
    case 'clean':
      return [`${result.file} (${result.rows} texts without anything personal)`, `  altered ${result.altered.toFixed(2)} %`];
  }
}

const PARTS = { real: 'real prompts', mapped: 'labelled texts', 'follow-up kinds': 'follow-up kinds' } as const;

function intentLine(part: 'mapped' | 'real' | 'follow-up kinds', of: IntentFigures | null): readonly string[] {
  return of === null
    ? []
    : [
        `  ${PARTS[part]} (${of.rows})  macro-F1 ${shown(of.macroF1)}  accuracy ${shown(of.accuracy)}`,
        ...Object.entries(of.byLabel).map(
          ([label, { rows, f1, recall }]) =>
            `    ${label.padEnd(24)} (${rows})  F1 ${shown(f1).padStart(5)}  recall ${shown(recall).padStart(5)}`,
        ),
      ];
}
