import { describe, expect, it } from 'vitest';
import { mergeFindings } from '#redact';
import { isWidelyKnown } from '../../../../../control-plane/src/privacy/names/known-people.ts';
import { judgePeople } from '../../../../../control-plane/src/privacy/names/people.ts';

/** What is left of the model's findings (each word given, where it first stands), with what the text itself says. */
function judged(text: string, ...people: string[]): string[] {
  const found = people.map((name) => ({ start: text.indexOf(name), end: text.indexOf(name) + name.length, type: 'PERSON' }));
  return mergeFindings(judgePeople(text, found), text.length).map(({ start, end }) => text.slice(start, end));
}

describe('people', () => {
  it.each([
    ['My name is Ottilie Brandvold, hello', ['Ottilie Brandvold']],
    ['Everyone calls me Pim.', ['Pim']],
    ['ich heiße Ottilie', ['Ottilie']],
    ['Je m’appelle Ottilie', ['Ottilie']],
    ['Customer name: Ottilie van Brandvold\nOrder 5', ['Ottilie van Brandvold']],
    ['ask Dr. Brandvold about it', ['Brandvold']],
    ['call me Tomorrow', []],
    ['a Dr. Pepper please', []],
  ])('are those that a sentence introduces: %s', (text, expected) => {
    expect(judged(text)).toEqual(expected);
  });

  it.each([
    ['Explain Pascal, Ada and Haskell to a beginner', ['Pascal', 'Ada', 'Haskell']],
    ['When does Hertha BSC play against FC Tulln?', ['Hertha BSC', 'Tulln']],
    ['Move from Jenkins to GitLab CI', ['GitLab CI']],
    ['Migrate from one to the other', ['Migrate']],
  ])('are no languages, clubs, products or verbs: %s', (text, found) => {
    expect(judged(text, ...found)).toEqual([]);
  });

  it.each([
    ['Julia and Ada had lunch with Pascal', ['Julia', 'Ada', 'Pascal']],
    ['Haskell Brandvold wrote it', ['Haskell Brandvold']],
    ['Ruby McTavish called', ['Ruby McTavish']],
  ])('are people of the same names: %s', (text, found) => {
    expect(judged(text, ...found)).toEqual(found);
  });

  it('are found again where a part of their name stands again', () => {
    expect(judged('Ottilie Brandvold wrote. Brandvold is late, Ottilie too; ottilie', 'Ottilie Brandvold')).toEqual([
      'Ottilie Brandvold',
      'Brandvold',
      'Ottilie',
    ]);
  });

  it('begin behind what opens the sentence', () => {
    expect(judged('Thanks Ottilie for this', 'Thanks Ottilie')).toEqual(['Ottilie']);
    expect(judged('I thought Will Brandvold was in it', 'Will Brandvold')).toEqual(['Will Brandvold']);
  });

  it.each([
    ['What did Albert Einstein publish in 1905?', 'Albert Einstein'],
    ["What is Newton's second law?", 'Newton'],
    ['Explain the Brandvold algorithm', 'Brandvold'],
    ['Who was Ottilie Brandvold?', 'Ottilie Brandvold'],
    ['Which novels did Ottilie Brandvold write?', 'Ottilie Brandvold'],
    ['Suppose Ottilie sells 5 books', 'Ottilie'],
    ['Ottilie has 3 apples. How many apples are left?', 'Ottilie'],
    ['And Ottilie?', 'Ottilie'],
    ['I am glad that Sweden joined', 'Sweden'],
    ['the CNET review says so', 'CNET'],
    ['Deploy the Jenkins server first', 'Jenkins'],
    ['call brandvold.Ottilie() twice', 'Ottilie'],
    ['set `Ottilie` to null', 'Ottilie'],
    ['the OttilieFactory class', 'OttilieFactory'],
    ['see /srv/Ottilie/readme', 'Ottilie'],
    ['Ottilie_id is unset', 'Ottilie'],
    ['class Ottilie extends Base {', 'Ottilie'],
    ['import { Ottilie } from "./x.ts";', 'Ottilie'],
  ])('are not public figures, eponyms, made-up people and identifiers: %s', (text, name) => {
    expect(judged(text, name)).toEqual([]);
  });

  it.each([
    ['Why is Ottilie so impulsive?', 'Ottilie'],
    ['Please tell Ottilie Brandvold that I am late', 'Ottilie Brandvold'],
    ['Which novels did my teacher Ottilie Brandvold write?', 'Ottilie Brandvold'],
    ['Ottilie owes me 3 euros. How many are left?', 'Ottilie'],
    ['Ottilie McBrandvold called', 'Ottilie McBrandvold'],
    ['Jenkins is my neighbour', 'Jenkins'],
    ['She is in the class Ottilie teaches', 'Ottilie'],
    ['const author = "Ottilie Brandvold";', 'Ottilie Brandvold'],
    ['Tell me about Ottilie Brandvold', 'Ottilie Brandvold'],
  ])('are all others: %s', (text, name) => {
    expect(judged(text, name)).toEqual([name]);
  });

  it('are widely known by their whole name, whatever accents and points it is written with', () => {
    for (const name of ['Frédéric Chopin', 'J.R.R. Tolkien', "Marie Curie's", 'EINSTEIN']) expect(isWidelyKnown(name)).toBe(true);
    for (const name of ['Marie', 'Curie Brandvold', 'Muhammad', 'Jesus', '']) expect(isWidelyKnown(name)).toBe(false);
  });
});
