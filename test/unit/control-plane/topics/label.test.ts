// What topics are called: by words of their texts, by what those mean, and by a plain noun where texts have no telling word left.
import { describe, expect, it } from 'vitest';
import { Lexicon, TopicClusters } from '../../../../control-plane/src/topics/index.ts';

const AXES: Readonly<Record<string, number>> = { milk: 0, cheese: 0, yoghurt: 0, dairy: 0, train: 1, ticket: 1, platform: 1, station: 1 };
const vectorOf = (word: string): Float32Array => Float32Array.from({ length: 3 }, (_, d) => (d === (AXES[word] ?? 2) ? 1 : 0.05));
const scale = (values: number[]): Float32Array => Float32Array.from(values, (value) => value / Math.hypot(...values));
const FOOD = scale([1, 0.1, 0.1]);
const TRAVEL = scale([0.1, 1, 0.1]);

const WORDS = ['alpha', 'beta', 'delta', 'gamma'].join(' ');

function filled(lexicon?: Lexicon): { clusters: TopicClusters; food: string } {
  const clusters = new TopicClusters({ lexicon });
  const { id: food } = clusters.assign('f', FOOD, `${WORDS} milk yoghurt`);
  clusters.assign('t', TRAVEL, 'platform station');
  return { clusters, food };
}

describe('labels', () => {
  it('put words that mean what the texts mean before words that only stand in them', async () => {
    const lexicon = new Lexicon((words) => Promise.resolve(words.map(vectorOf)));
    const { clusters, food } = filled(lexicon);
    expect(clusters.label(food)).toBe(WORDS);
    await clusters.learnWords();
    expect(clusters.label(food).split(' ').slice(0, 2)).toEqual(['milk', 'yoghurt']);
  });

  it('end with the nearest plain noun where no word of the texts says more, and never repeat one', async () => {
    const lexicon = new Lexicon((words) =>
      Promise.resolve(words.map((word) => vectorOf(word === 'food' ? 'milk' : word === 'milk' ? word : ''))),
    );
    const clusters = new TopicClusters({ lexicon });
    const { id } = clusters.assign('1', FOOD, 'milk');
    clusters.assign('2', TRAVEL, 'train');
    await clusters.learnWords();
    expect(clusters.label(id)).toBe('milk food');
  });

  it('go by counts where the model makes no vectors of words, and of vectors of another length', async () => {
    for (const embed of [(): undefined => undefined, (): Float32Array => Float32Array.of(1, 0)]) {
      const { clusters, food } = filled(new Lexicon((words) => Promise.resolve(words.map(embed))));
      await clusters.learnWords();
      expect(clusters.label(food)).toBe(WORDS);
    }
  });

  it('ask for each word once, and forget those of texts', async () => {
    const asked: string[] = [];
    const lexicon = new Lexicon((words) => {
      asked.push(...words);
      return Promise.resolve(words.map(vectorOf));
    });
    await lexicon.learn(['milk', 'cheese']);
    await lexicon.learn(['milk']);
    expect(asked.filter((word) => word === 'cheese')).toHaveLength(1);
    expect(lexicon.nearness('cheese', FOOD)).toBeGreaterThan(0);
    lexicon.forgetBeside(new Set(['milk']));
    expect(lexicon.nearness('cheese', FOOD)).toBeUndefined();
    expect(lexicon.nearness('milk', FOOD)).toBeGreaterThan(0);
  });

  it.each([
    ['de', 'Wie kann ich meine Rechnung für den Monat bezahlen?', ['rechnung', 'monat', 'bezahlen']],
    ['fr', 'Je voudrais annuler mon billet pour le train', ['annuler', 'billet', 'train']],
    ['es', 'Cómo puedo cancelar mi reserva en el hotel', ['cancelar', 'reserva', 'hotel']],
    ['it', 'Vorrei sapere dove è la mia spedizione', ['sapere', 'spedizione']],
    ['nl', 'Hoe kan ik mijn wachtwoord wijzigen', ['wachtwoord', 'wijzigen']],
    ['pt', 'Gostaria de saber quando o pedido chega', ['saber', 'pedido', 'chega']],
  ])('hold no function words of %s', (_, text, words) => {
    const clusters = new TopicClusters();
    expect(clusters.assign('1', FOOD, text).label.split(' ').toSorted()).toEqual(words.toSorted());
  });

  it.each([
    ['Japanese', '京都行きの新幹線の料金はいくらですか', ['京都', '新幹線', '料金', '行き']],
    ['Chinese', '如何取消我的订单', ['取消', '订单']],
    ['Thai', 'ตั๋วรถไฟ', ['ตั๋ว', 'รถไฟ']],
    ['Arabic', 'كلمة مرور الشبكة', ['كلمة', 'مرور', 'الشبكة']],
    ['Korean', '비밀번호를 재설정하는 방법', ['비밀번호를', '재설정하는']],
  ])('are words of %s and no sentences', (_, text, words) => {
    const found = new TopicClusters().assign('1', FOOD, text).label.split(' ');
    expect(found).toEqual(expect.arrayContaining([...words]));
    expect(found.every((word) => word.length < text.length)).toBe(true);
  });

  it('hold long words whole, and no keys', () => {
    const long = 'rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz';
    expect(new TopicClusters().assign('1', FOOD, `${long} ${'abcde'.repeat(30)}`).label).toBe(long);
  });

  it('show the plain form of a word where it is frequent', () => {
    const clusters = new TopicClusters();
    const texts = ['my bills came', 'a bill came', 'which bills came', 'one bill came'];
    const [id] = texts.map((text, n) => clusters.assign(String(n), FOOD, text).id);
    expect(clusters.label(id ?? '').split(' ')).toContain('bill');
  });

  it('show nouns in the singular, and leave what only looks like a plural', () => {
    const clusters = new TopicClusters();
    const [id] = ['cards fees cities news', 'cards fees cities news'].map((text, n) => clusters.assign(String(n), FOOD, text).id);
    expect(
      clusters
        .label(id ?? '')
        .split(' ')
        .toSorted(),
    ).toEqual(['card', 'city', 'fee', 'news']);
  });
});
