import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleAddresses } from '../../../../../control-plane/src/privacy/names/addresses.ts';

interface Found {
  start: number;
  end: number;
  type: string;
}

/** Findings of a model: each word given, where it first stands. */
function at(text: string, found: Record<string, string>): Found[] {
  return Object.entries(found).map(([word, type]) => ({ start: text.indexOf(word), end: text.indexOf(word) + word.length, type }));
}
function assembled(text: string, found: Record<string, string> = {}): string[] {
  return assembleAddresses(text, at(text, found))
    .sort((a, b) => a.start - b.start)
    .map(({ start, end, type }) => `${type} ${text.slice(start, end)}`);
}

describe('addresses', () => {
  it.each([
    ['We live at 12 Larkspur Lane now', '12 Larkspur Lane'],
    ['at 221b North Quarry St., please', '221b North Quarry St'],
    ['Ich wohne in der Birkenstraße 14a', 'Birkenstraße 14a'],
    ['Torenlaan 7 is van ons', 'Torenlaan 7'],
    ['a Árvácska utca 9 sarkán', 'Árvácska utca 9'],
    ['vive en la Calle de los Olmos, 45', 'Calle de los Olmos, 45'],
    ['mieszkam: ul. Brzozowa 7', 'ul. Brzozowa 7'],
    ['au 12 bis, rue de la Tourelle', '12 bis, rue de la Tourelle'],
    ['ship to PSC 4821, Box 1173\nAPO AE 09244', 'PSC 4821, Box 1173\nAPO AE 09244'],
    ['write to P.O. Box 1183', 'P.O. Box 1183'],
    ['Postfach 10 44 51', 'Postfach 10 44 51'],
    ['meet me at the corner of Larkspur Lane and Quarry Road', 'the corner of Larkspur Lane and Quarry Road'],
  ])('have forms that need no model: %s', (text, address) => {
    expect(assembled(text)).toEqual([`STREET_ADDRESS ${address}`]);
  });

  it.each([
    ['The lift stops at floor 7 only', 'floor 7'],
    ['Meet at booth 14', 'booth 14'],
    ['Move it to bin 22', 'bin 22'],
    ['De vergadering is in zaal 3', 'zaal 3'],
    ['Im Gebäude, in Raum 12', 'Raum 12'],
    ['Rendez-vous au 3e étage', '3e étage'],
  ])('are not made of a place inside some building: %s', (text, value) => {
    expect(assembled(text, { [value]: 'STREET_ADDRESS' })).toEqual([]);
  });

  it.each([
    ['She lives at Building 7', 'Building 7'],
    ['Her address is room 12', 'room 12'],
    ['at Floor 2, 18 Larkspur Lane', 'Floor 2, 18 Larkspur Lane'],
  ])('are made of it where somebody lives there, or a street follows: %s', (text, address) => {
    expect(assembled(text, { [address]: 'STREET_ADDRESS' })).toEqual([`STREET_ADDRESS ${address}`]);
  });

  it('take no word without a capital for a town in a text that has capitals', () => {
    const found = { pink: 'GPE', '12 Larkspur Lane': 'STREET_ADDRESS' };
    expect(assembled('The house at 12 Larkspur Lane will be painted pink', found)).toEqual(['STREET_ADDRESS 12 Larkspur Lane']);
    const small = { brigsted: 'GPE', '12 larkspur lane': 'STREET_ADDRESS' };
    expect(assembled('i live at 12 larkspur lane and work in brigsted', small)).toContain('GPE brigsted');
  });

  it('are one finding from the number to the country', () => {
    const text = 'send it to 88 Otterpad 14\n Suite 310\n Zwaneveld\n Netherlands 31044, please';
    expect(assembled(text, { Otterpad: 'STREET_ADDRESS', Zwaneveld: 'GPE', 31044: 'ZIP_CODE' })).toEqual([
      'STREET_ADDRESS 88 Otterpad 14\n Suite 310\n Zwaneveld\n Netherlands 31044',
    ]);
    expect(assembled('I am at Otterpad 14, 8021 AB Zwaneveld, The end', { 'Otterpad 14': 'STREET_ADDRESS', Zwaneveld: 'GPE' })).toEqual([
      'STREET_ADDRESS Otterpad 14, 8021 AB Zwaneveld',
    ]);
  });

  it('do not reach over a person or a sentence', () => {
    const text = '14 Larkspur Lane. Ada Quill lives in Zwaneveld';
    expect(assembled(text, { 'Ada Quill': 'PERSON', Zwaneveld: 'GPE' })).toEqual([
      'STREET_ADDRESS 14 Larkspur Lane',
      'PERSON Ada Quill',
      'GPE Zwaneveld',
    ]);
  });

  it('leave a place or a code that belongs to none, but not a town with its code', () => {
    expect(assembled('What is the weather in Zwaneveld?', { Zwaneveld: 'GPE' })).toEqual([]);
    expect(assembled('They moved to Zwaneveld 8021', { Zwaneveld: 'GPE', 8021: 'ZIP_CODE' })).toEqual(['STREET_ADDRESS Zwaneveld 8021']);
  });

  it.each([
    ['my zip code is 35350', 'ZIP_CODE 35350'],
    ['PLZ: 80331', 'ZIP_CODE 80331'],
    ['Postcode SW9 2ZZ?', 'ZIP_CODE SW9 2ZZ'],
  ])('include a code that the text names: %s', (text, expected) => {
    expect(assembled(text)).toEqual([expected]);
  });

  it.each([
    ['What is a 529 plan?', { 529: 'STREET_ADDRESS' }],
    ['close 1096.36 today', { '1096.36': 'STREET_ADDRESS' }],
    ['V/S 493 FT/M', { '493 FT': 'STREET_ADDRESS' }],
    ['I love Tekken 7.', { 'Tekken 7': 'STREET_ADDRESS' }],
    ['Patricia Lake sang', { 'Patricia Lake': 'STREET_ADDRESS' }],
  ])('are not numbers, measures and products: %s', (text, found) => {
    expect(assembled(text, found as Record<string, string>)).toEqual([]);
  });

  it.each([
    'Run npm install express@5.1.0 and set timeout to 300 ms',
    'Use Amazon S3, Lambda and Azure Cosmos DB in region us-east-1',
    'The build took 5 minutes on the road to version 2.0.1',
    'for (let i = 0; i < 100; i++) { total += 12; }',
    'f47ac10b-58cc-4372-a567-0e02b2c3d479',
    'I drove 12 miles down the street',
    'The corner of the table is broken',
    'It costs 20 euros in Via Rail 2 class',
  ])('are not found in plain text: %s', (text) => {
    expect(assembled(text)).toEqual([]);
  });

  it('keep findings inside the text, whatever it is', () => {
    const piece = fc.constantFrom(
      '12 ',
      'Larkspur ',
      'Lane',
      ', ',
      '\n',
      'Suite 4 ',
      'corner of ',
      'and ',
      'PSC 12, Box 4 ',
      'zip code ',
      '80331 ',
      '🙂',
      'é',
      '> ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.tuple(fc.nat(120), fc.nat(20)), { maxLength: 5 }), (pieces, spans) => {
        const text = pieces.join('');
        const found = spans
          .map(([start, size]) => ({ start, end: start + size + 1, type: 'STREET_ADDRESS' }))
          .filter(({ end }) => end <= text.length);
        for (const { start, end } of assembleAddresses(text, found)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });

  it('take time in proportion to the text', () => {
    for (const unit of ['12 Larkspur ', 'Larkspur Lane ', 'corner of ', 'PSC 12, ', '1 ', 'Aa', 'zip code ', 'Calle de la ', 'A. ']) {
      const time = (size: number): number => {
        const text = unit.repeat(Math.ceil(size / unit.length));
        let best = Infinity;
        for (let turn = 0; turn < 3; turn += 1) {
          const start = process.threadCpuUsage();
          assembleAddresses(text, []);
          const { user, system } = process.threadCpuUsage(start);
          best = Math.min(best, (user + system) / 1_000);
        }
        return best;
      };
      expect(time(80_000)).toBeLessThan(12 * Math.max(time(20_000), 5));
    }
  });
});
