// Wording in nine languages. None of these sentences is among those that the models were fitted to.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followUpOf, FOLLOW_UPS } from '../../../../control-plane/src/threads/follow-up.ts';
import { intentOf, INTENTS } from '../../../../control-plane/src/threads/intent.ts';
import { leaningOf, LEAN_NAMES } from '../../../../control-plane/src/threads/speech/lean.ts';
import { isEnglish, SIGN_NAMES, signsOf, wordCount } from '../../../../control-plane/src/threads/speech/signs.ts';
import { cpuTimer } from '../../../support/cpu-time.ts';

interface Case {
  readonly before: readonly [prompt: string, answer: string];
  readonly correction: string;
  readonly refinement: string;
  readonly thanks: string;
  readonly task: string;
  readonly question: string;
}

const LANGUAGES: Readonly<Record<string, Case>> = {
  English: {
    before: ['Name three rivers in France', 'The Loire, the Rhine and the Po.'],
    correction: 'No, the Po is in Italy, that is wrong.',
    refinement: 'Make that shorter, please',
    thanks: 'Thank you, goodbye!',
    task: 'Write a short speech for a wedding',
    question: 'Why do leaves turn red in autumn?',
  },
  Dutch: {
    before: ['Noem drie rivieren in Frankrijk', 'De Loire, de Rijn en de Po.'],
    correction: 'Nee, dat is fout, de Po ligt in Italië.',
    refinement: 'Kun je het herschrijven zonder moeilijke woorden',
    thanks: 'Bedankt, tot ziens!',
    task: 'Schrijf een korte toespraak voor een bruiloft',
    question: 'Waarom worden bladeren rood in de herfst?',
  },
  German: {
    before: ['Nenne drei Flüsse in Frankreich', 'Die Loire, der Rhein und der Po.'],
    correction: 'Nein, das ist falsch, der Po fließt in Italien.',
    refinement: 'Mach es bitte kürzer',
    thanks: 'Vielen Dank, auf Wiedersehen!',
    task: 'Schreibe eine kurze Rede für eine Hochzeit',
    question: 'Warum werden Blätter im Herbst rot?',
  },
  French: {
    before: ['Cite trois fleuves en France', 'La Loire, le Rhin et le Pô.'],
    correction: "Non, c'est faux, le Pô est en Italie.",
    refinement: "Réécris la réponse plus simplement, s'il te plaît",
    thanks: 'Merci, au revoir !',
    task: 'Rédige un petit discours pour un mariage',
    question: "Pourquoi les feuilles rougissent-elles à l'automne ?",
  },
  Spanish: {
    before: ['Nombra tres ríos de Francia', 'El Loira, el Rin y el Po.'],
    correction: 'No, eso está mal, el Po está en Italia.',
    refinement: 'Reescribe la respuesta más breve',
    thanks: '¡Muchas gracias, adiós!',
    task: 'Escribe un discurso corto para una boda',
    question: '¿Por qué las hojas se vuelven rojas en otoño?',
  },
  Italian: {
    before: ['Elenca tre fiumi della Francia', 'La Loira, il Reno e il Po.'],
    correction: 'No, è sbagliato, il Po è in Italia.',
    refinement: 'Riscrivi la risposta più semplice',
    thanks: 'Grazie mille, arrivederci!',
    task: 'Scrivi un breve discorso per un matrimonio',
    question: 'Perché le foglie diventano rosse in autunno?',
  },
  Portuguese: {
    before: ['Cite três rios da França', 'O Loire, o Reno e o Pó.'],
    correction: 'Não, está errado, o Pó fica na Itália.',
    refinement: 'Reescreva a resposta mais curta',
    thanks: 'Obrigada, até logo!',
    task: 'Escreva um discurso curto para um casamento',
    question: 'Por que as folhas ficam vermelhas no outono?',
  },
  Chinese: {
    before: ['说出法国的三条河', '卢瓦尔河、莱茵河和波河。'],
    correction: '错了，波河在意大利',
    refinement: '换个说法，简短一点',
    thanks: '谢谢，再见',
    task: '帮我写一篇婚礼致辞',
    question: '为什么秋天树叶会变红？',
  },
  Japanese: {
    before: ['フランスの川を三つ挙げて', 'ロワール川、ライン川、ポー川です。'],
    correction: '間違っています。ポー川はイタリアです',
    refinement: '箇条書きに言い換えて、短くして',
    thanks: 'ありがとう、さようなら',
    task: '結婚式の短いスピーチを書いて',
    question: 'なぜ秋に葉が赤くなるのですか',
  },
};

describe.each(Object.entries(LANGUAGES))('%s', (_, { before: [text, answer], correction, refinement, thanks, task, question }) => {
  it('tells a correction from a change of form', () => {
    expect(followUpOf({ text: correction }, { text, answer })).toBe('correction');
    expect(followUpOf({ text: refinement }, { text, answer })).toBe('refinement');
  });

  it('knows what is wanted by the words alone', () => {
    expect(intentOf({ text: correction })).toBe('error_recovery');
    expect(intentOf({ text: thanks })).toBe('conversation_management');
    expect(intentOf({ text: task })).toBe('task_execution');
    expect(intentOf({ text: question })).toBe('information_seeking');
  });

  it('takes the same words again for a repeat', () => {
    expect(followUpOf({ text: `${question} ` }, { text: question, answer })).toBe('repeat');
  });
});

describe('signs', () => {
  it('says what is English', () => {
    expect(isEnglish('How do I get to the station?')).toBe(true);
    expect(['Wie komme ich zum Bahnhof?', '¿Cómo llego a la estación?', '駅はどこですか', '车站在哪里']).not.toSatisfy((texts: string[]) =>
      texts.some(isEnglish),
    );
  });

  it('counts words where there are no spaces', () => {
    expect(wordCount('one two, three')).toBe(3);
    expect(wordCount('秋天树叶会变红')).toBe(4);
    expect(wordCount('')).toBe(0);
  });

  it('takes stack traces, picks and pasted material for what they are', () => {
    expect(signsOf('    at parse (/srv/app.js:3:9)').stackTrace).toBe(1);
    expect(signsOf('2').barePick).toBe(1);
    expect(signsOf('Chapter one: it was a cold day and nobody had slept. '.repeat(6)).material).toBe(1);
    expect(signsOf('What is a stack trace?').stackTrace).toBe(0);
  });

  it('are finite numbers of any text, and the answers names of the lists', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.option(fc.string({ unit: 'binary' })),
        (text, before, answer) => {
          const signs = signsOf(text);
          for (const name of SIGN_NAMES) expect(Number.isFinite(signs[name])).toBe(true);
          const leaning = leaningOf({ text }, signs, { text: before, answer: answer ?? undefined });
          for (const name of LEAN_NAMES) expect(Number.isFinite(leaning[name])).toBe(true);
          expect(INTENTS).toContain(intentOf({ text }));
          const kind = followUpOf({ text }, { text: before });
          expect(kind === undefined || FOLLOW_UPS.includes(kind)).toBe(true);
        },
      ),
    );
  });

  it('are the same for the same text, whatever was read before', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const first = signsOf(text);
        signsOf(other);
        expect(signsOf(text)).toEqual(first);
      }),
    );
  });

  it('are read quickly from hostile texts', () => {
    const cpuMs = cpuTimer();
    for (const piece of ['a', ' \n', 'the ', 'ok, ', '了', 'can you please ', '1', '\u0301', 'Error: ', 'it ']) {
      const text = piece.repeat(Math.floor(65_536 / piece.length));
      followUpOf({ text }, { text, answer: text });
      intentOf({ text });
    }
    expect(cpuMs()).toBeLessThan(2_000);
  });
});
