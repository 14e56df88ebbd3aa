// Words near a number that say what it is. A number of few digits is a phone number only where the text says so.
import { isAsciiLetter, isDigit, isWideLetter } from './chars.ts';

/** One bit per kind of hint. */
export const HINT = {
  phone: 1,
  card: 2,
  ssn: 4,
  /** What follows is a version, a section, an order: a number of no person. */
  other: 8,
  version: 16,
  ip: 32,
  nationalId: 64,
  bsn: 128,
  taxId: 256,
  iban: 1024,
  health: 2048,
  /** Words that go with calling but also with much else. */
  maybePhone: 4096,
} as const;

const WORDS: Readonly<Record<keyof typeof HINT, string>> = {
  phone:
    'phone phones telephone tel telefon telefoon telefono teléfono téléphone telefone telefonnummer telefoonnummer mobile mob mobil mobiel móvil movil cellphone cellular celular handynummer gsm fax faks landline dial sms whatsapp viber helpline voicemail pager komórka puhelin puh matkapuhelin mobilnummer cellulare cel 電話 電話番号 携帯 电话 手机 전화 телефон тел τηλέφωνο هاتف טלפון',
  card: 'card cards cc creditcard debit credit visa mastercard amex maestro discover diners jcb unionpay kreditkarte kreditkartennummer kreditkaart karte carte tarjeta cartão cartao carta pan atm karta kort kártya kortti カード 卡 карта',
  ssn: 'ssn ssns social socialsecurity',
  other:
    'order orders invoice tracking ticket case ref reference sku isbn issn ean upc gtin barcode serial part item product commit sha hash build issue pr bug article page pages line lines section chapter clause figure fig table step equation eq price cost total amount sum population eur usd gbp € $ £ bestellung bestelnummer rechnung facture commande pedido timestamp epoch id ids uuid doi pmid arxiv rfc port',
  version:
    'version versions ver v release released upgrade upgraded upgrading update updated downgrade firmware driver build sdk package section chapter clause paragraph § figure oid kernel patch',
  ip: 'ip ips ipv address addresses host client client_ip remote server subnet addr',
  nationalId:
    'nino insurance passport national identity identification identificación dni nie nif cpf aadhaar aadhar uidai pesel personnummer personnumret nir sécu sécurité insee fiscale fiscal codice steuer tax personal citizen samordningsnummer burgerservicenummer idnr',
  bsn: 'bsn burgerservicenummer sofinummer sofi',
  taxId: 'steuer steuerid steueridentifikationsnummer identifikationsnummer steuernummer idnr tin tax itin',
  iban: 'iban konto rekening account',
  health: 'nhs health patient',
  maybePhone:
    'call calling called callback text texting desk office cell answering messages reach contact ring signal portable handy hotline nr',
};

const HINTS = new Map<string, number>();
for (const [kind, words] of Object.entries(WORDS) as [keyof typeof HINT, string][]) {
  for (const word of words.split(' ')) HINTS.set(word, (HINTS.get(word) ?? 0) | HINT[kind]);
}

/** First letters of words for a phone that are inflected. */
const STEMS = new Set(['telef', 'teléf', 'puhel', 'телеф']);

const BEFORE = 72;
const WORDS_BEFORE = 7;
/** Of these, how many can say that the number is a version or an order. */
const WORDS_OTHER = 3;
const AFTER = 24;
const WORDS_AFTER = 2;

function isLetter(code: number): boolean {
  return isAsciiLetter(code) || isWideLetter(code);
}

/**
 * Hints in the words before `at`, not reaching behind `floor` (the end of the last finding) nor over a replacement: what
 * is seen must be the same when a redacted text is read again.
 */
export function hintsBefore(text: string, at: number, floor: number): number {
  const stop = Math.max(floor, at - BEFORE, 0);
  let hints = 0;
  let end = at;
  for (let words = 0; words < WORDS_BEFORE && end > stop;) {
    const code = text.charCodeAt(end - 1);
    if (code === 93) break;
    if (!isLetter(code)) {
      end -= 1;
      continue;
    }
    let start = end - 1;
    while (start > stop && isLetter(text.charCodeAt(start - 1))) start -= 1;
    // Right behind a value text is as good as begun anew, as it is behind the value's replacement.
    const isWhole = start > stop || start === 0 || start === floor || !isLetter(text.charCodeAt(start - 1));
    // What makes a number no person's stands right before it; what makes it one may stand further off.
    if (isWhole) hints |= hintOf(text, start, end) & (words < WORDS_OTHER ? ~0 : ~(HINT.other | HINT.version));
    end = start;
    words += 1;
  }
  return hints;
}

/** Hints in the next words on the same line. */
export function hintsAfter(text: string, at: number): number {
  const stop = Math.min(text.length, at + AFTER);
  let hints = 0;
  let start = at;
  for (let words = 0; words < WORDS_AFTER && start < stop;) {
    const code = text.charCodeAt(start);
    if (code === 10 || code === 91 || code === 46 || code === 58) break;
    if (!isLetter(code)) {
      start += 1;
      continue;
    }
    let end = start + 1;
    while (end < stop && isLetter(text.charCodeAt(end))) end += 1;
    if (introducesNext(text, end)) break;
    hints |= hintOf(text, start, end);
    start = end;
    words += 1;
  }
  return hints;
}

/** True where a word belongs to the value behind it: "781 1704 fax 555-0142". That value may have been replaced. */
function introducesNext(text: string, end: number): boolean {
  let at = end;
  while (at - end < 3 && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 46)) at += 1;
  const code = text.charCodeAt(at);
  return isDigit(code) || code === 58 || code === 91 || code === 43 || code === 40;
}

function hintOf(text: string, start: number, end: number): number {
  if (end - start > 32) return 0;
  const word = text.slice(start, end).toLowerCase();
  return HINTS.get(word) ?? (STEMS.has(word.slice(0, 5)) ? HINT.phone : 0);
}
